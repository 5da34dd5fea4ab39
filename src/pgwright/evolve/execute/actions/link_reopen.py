"""Rolls a contracted plain rename back while it is retiring: the column gets its old name again."""

from __future__ import annotations

from ....sql.quote import ident
from .. import live, sync, triggers
from ..context import Context


def run(context: Context) -> None:
    """Renames the column back, in the bodies of trigger functions too."""
    link = context.link()
    connection = context.connection
    now = sync.drop_ours(connection, link.table)
    triggers.rename_in_bodies(connection, now, link.new_name, link.old_name)
    context.run(f"ALTER TABLE {now.table.root_sql} RENAME COLUMN {ident(link.new_name)} TO {ident(link.old_name)}")
    sync.regenerate(connection, live.look(connection, link.table).table.oid)
