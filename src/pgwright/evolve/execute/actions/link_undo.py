"""Rolls an open link back: the old column holds what both applications wrote, the new one goes."""

from __future__ import annotations

from ....sql.quote import ident
from .. import journal, live, sync, triggers
from ..context import Context


def run(context: Context) -> None:
    """Drops triggers, check and new column, in one transaction. Does nothing when the link was never opened."""
    planned = context.link()
    connection = context.connection
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return
    if not live.exists(connection, link.table):
        journal.remove_link(connection, link.id)
        return
    now = sync.drop_ours(connection, link.table)
    new = now.table.names[link.new]
    sync.refuse_dependents(connection, now.table, new, "rollback")
    triggers.narrow(connection, now, new)
    sync.drop_check(connection, now.table, link)
    context.run(f"ALTER TABLE {now.table.root_sql} DROP COLUMN {ident(new)}")
    journal.remove_link(connection, link.id)
    sync.regenerate(connection, link.table)
