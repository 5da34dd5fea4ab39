"""Adds the lasting in-sync check of a link, NOT VALID: a write that goes past the triggers fails from now on."""

from __future__ import annotations

from .. import live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Adds the check unless it stands already."""
    planned = context.link()
    link = sync.current(context.connection, planned.id, planned.table) or planned
    digest = sync.digest(context.connection, link.table)
    if sync.has_check(context.connection, link.table, link.id):
        return None
    table = live.look(context.connection, link.table).table
    return Change(statements=(sync.add_check(table, link),), relation=link.table, digest=digest)
