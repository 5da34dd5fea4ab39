"""Opens a link: the new column, its rights, the triggers, in one transaction."""

from __future__ import annotations

from ....sql.index import on_table
from ...sync.link import Link, SyncTable
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
        *_in_children(context, table, link),
        *context.parameters["column"],
        *([] if link.keeps_name else triggers.widen(now, link.old_name, link.new_name)),
        *sync.install(table, links),
        *map(journal.replace_link, links[:-1]),
        journal.add_link(context.unit, links[-1]),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)


def _in_children(context: Context, table: SyncTable, link: Link) -> list[str]:
    """A child that has declared the old column itself declares the new one, which takes over from it: the deepest
    first, and what comes from above merges with it."""
    if link.plain:
        return []
    children = sync.declared_in(context.connection, table, link.old_name)
    add = str(context.parameters["column"][0])
    return [on_table(add, schema, name) for schema, name in reversed(children)]
