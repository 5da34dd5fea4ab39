"""Opens a link: the new column, its rights, the triggers, in one transaction."""

from __future__ import annotations

from .. import journal, live, sync, triggers
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """Adds the column and everything that keeps it in step."""
    link, connection = context.link(), context.connection
    digest = sync.digest(connection, link.table)
    now = live.look(connection, link.table)
    sync.check_number(connection, link.table, link)
    table = sync.with_names(now.table, {link.new: link.new_name})
    statements = [
        *sync.uninstall(now),
        *context.parameters["column"],
        *triggers.widen(now, link.old_name, link.new_name),
        *sync.install(table, [*journal.links(connection, link.table), link]),
        journal.add_link(context.unit, link),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
