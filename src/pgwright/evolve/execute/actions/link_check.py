"""Adds the lasting in-sync check of a link, NOT VALID: a write that goes past the triggers fails from now on."""

from __future__ import annotations

from .. import live, sync
from ..context import Context


def run(context: Context) -> None:
    """Adds the check unless it stands already."""
    planned = context.link()
    link = sync.current(context.connection, planned.id, planned.table) or planned
    if not sync.has_check(context.connection, link.table, link.id):
        sync.add_check(context.connection, live.look(context.connection, link.table).table, link)
