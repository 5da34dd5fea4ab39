"""Ends the grace period of a flipped rename: the retired column goes."""

from __future__ import annotations

from ....sql.quote import ident
from .. import journal, sync
from ..context import Context


def run(context: Context) -> None:
    """Drops triggers and the retired column."""
    planned = context.link()
    connection = context.connection
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return
    now = sync.drop_ours(connection, link.table)
    aside = now.table.names[link.old]
    sync.refuse_dependents(connection, now.table, aside, "contract")
    context.run(f"ALTER TABLE {now.table.root_sql} DROP COLUMN {ident(aside)}")
    journal.remove_link(connection, link.id)
    sync.regenerate(connection, link.table)
