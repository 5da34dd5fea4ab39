"""Contracts a plain rename: the shadow goes and the original is renamed natively, so every dependent follows."""

from __future__ import annotations

from ....sql.quote import ident
from .. import journal, live, sync, triggers
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Drops triggers, check and shadow, renames the column, and makes what other links need again."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    now = live.look(connection, link.table)
    table = now.table
    old, new = table.names[link.old], table.names[link.new]
    sync.refuse_dependents(connection, table, new, "contract")
    others = [other for other in journal.links(connection, link.table) if other.id != link.id]
    touched = [other for other in others if link.new in (other.old, other.new, *other.columns.values())]
    again = [other for other in touched if sync.has_check(connection, link.table, other.id)]
    moved = {link.new: link.old}
    after = sync.with_names(table, {link.old: new}, without=(link.new,))
    statements = [
        *sync.uninstall(now),
        *triggers.narrow(now, new),
        *(sync.drop_check(table, other) for other in (link, *again)),
        *triggers.rename_in_bodies(connection, now, old, new),
        f"ALTER TABLE {table.root_sql} DROP COLUMN {ident(new)}",
        sync.rename(table, old, new),
        journal.remove_link(link.id),
        *(journal.replace_link(other.renumbered(moved)) for other in others),
        *sync.install(after, [other.renumbered(moved) for other in others]),
        *(sync.add_check(after, other.renumbered(moved)) for other in again),
        journal.set_result(context.unit, context.step.id, {"again": [other.id for other in again]}),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
