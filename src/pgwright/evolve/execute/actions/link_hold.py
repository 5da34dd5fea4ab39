"""Begins a rollback from retiring: from now on the application is refused what the old column cannot keep."""

from __future__ import annotations

from dataclasses import replace

from ...sync import text
from ...sync.link import Mode
from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """New bodies for the functions. The lock is there to wait for writers that still run the old ones."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None or link.mode is not Mode.RETIRING:
        return None
    held = replace(link, mode=Mode.HOLDING)
    links = [held if each.id == link.id else each for each in journal.links(connection, link.table)]
    table = live.look(connection, link.table).table
    statements = (*text.functions(table, links), journal.replace_link(held))
    return Change(statements=statements, relation=link.table, digest=digest)
