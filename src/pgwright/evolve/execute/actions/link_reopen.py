"""Rolls a contracted plain rename back while it is retiring: the column gets its old name again."""

from __future__ import annotations

from .. import journal, live, sync, triggers
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """Renames the column back, in the bodies of trigger functions too."""
    link, connection = context.link(), context.connection
    digest = sync.digest(connection, link.table)
    now = live.look(connection, link.table)
    number = next((number for number, name in now.table.names.items() if name == link.new_name), link.old)
    after = sync.with_names(now.table, {number: link.old_name})
    statements = [
        *sync.uninstall(now),
        *triggers.rename_in_bodies(connection, now, link.new_name, link.old_name),
        sync.rename(now.table, link.new_name, link.old_name),
        *sync.install(after, journal.links(connection, link.table)),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
