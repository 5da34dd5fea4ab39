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
    links = [sync.noted(each, now) for each in (*journal.links(connection, link.table), link)]
    statements = [
        *sync.uninstall(now),
        *context.parameters["column"],
        *([] if link.keeps_name else triggers.widen(now, link.old_name, link.new_name)),
        *sync.install(table, links),
        *map(journal.replace_link, links[:-1]),
        journal.add_link(context.unit, links[-1]),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
