"""Contracts a plain rename: the shadow goes and the original is renamed natively, so every dependent follows."""

from __future__ import annotations

from ....sql.quote import ident
from .. import journal, live, sync, triggers
from ..context import Context


def run(context: Context) -> None:
    """Drops triggers, check and shadow, renames the column, and makes what other links need again."""
    planned = context.link()
    connection = context.connection
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return
    now = sync.drop_ours(connection, link.table)
    table = now.table
    old, new = table.names[link.old], table.names[link.new]
    sync.refuse_dependents(connection, table, new, "contract")
    triggers.rename_in_bodies(connection, now, old, new)
    triggers.narrow(connection, live.look(connection, link.table), new)
    others = [other for other in journal.links(connection, link.table) if other.id != link.id]
    touched = [other for other in others if link.new in (other.old, other.new, *other.columns.values())]
    again = [other for other in touched if sync.has_check(connection, link.table, other.id)]
    for other in (link, *again):
        sync.drop_check(connection, table, other)
    context.run(
        f"ALTER TABLE {table.root_sql} DROP COLUMN {ident(new)}",
        f"ALTER TABLE {table.root_sql} RENAME COLUMN {ident(old)} TO {ident(new)}",
    )
    journal.remove_link(connection, link.id)
    for other in others:
        journal.replace_link(connection, other.renumbered({link.new: link.old}))
    sync.regenerate(connection, link.table)
    now = live.look(connection, link.table)
    for other in again:
        sync.add_check(connection, now.table, other.renumbered({link.new: link.old}))
    journal.set_result(
        connection, context.unit, context.step.id, {"old": old, "new": new, "again": [each.id for each in again]}
    )
