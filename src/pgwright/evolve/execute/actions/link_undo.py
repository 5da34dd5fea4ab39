"""Rolls an open link back: the old column holds what both applications wrote, the new one goes."""

from __future__ import annotations

from ....sql.quote import ident
from .. import journal, live, sync, triggers
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Drops triggers, check and new column. Nothing when the link was never opened."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    if not live.exists(connection, link.table):
        return Change(statements=(journal.remove_link(link.id),))
    now = live.look(connection, link.table)
    new = now.table.names[link.new]
    sync.refuse_dependents(connection, now.table, new, "rollback")
    others = [other for other in journal.links(connection, link.table) if other.id != link.id]
    statements = [
        *sync.uninstall(now),
        *triggers.narrow(now, new),
        sync.drop_check(now.table, link),
        f"ALTER TABLE {now.table.root_sql} DROP COLUMN {ident(new)}",
        journal.remove_link(link.id),
        *sync.install(sync.with_names(now.table, {}, without=(link.new,)), others),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
