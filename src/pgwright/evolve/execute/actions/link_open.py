"""Opens a link: the new column, its rights, the triggers, in one transaction."""

from __future__ import annotations

from .. import journal, live, sync, triggers
from ..context import Context


def run(context: Context) -> None:
    """Adds the column and everything that keeps it in step. The table is locked by the caller."""
    link = context.link()
    context.run(*context.parameters["column"])
    sync.check_number(context.connection, link.table, link)
    triggers.widen(context.connection, live.look(context.connection, link.table), link.old_name, link.new_name)
    journal.add_link(context.connection, context.unit, link)
    sync.regenerate(context.connection, link.table)
