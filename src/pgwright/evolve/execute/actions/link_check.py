"""Adds the lasting in-sync check of a link, NOT VALID: a write that goes past the triggers fails from now on."""

from __future__ import annotations

from ...sync import text
from ...sync.link import Mode
from ...sync.naming import FILLS
from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Adds the check unless it stands already. Under the same lock the trigger that fills goes, when all is filled."""
    planned = context.link()
    link = sync.current(context.connection, planned.id, planned.table) or planned
    digest = sync.digest(context.connection, link.table)
    if sync.has_check(context.connection, link.table, link.id):
        return None
    now = live.look(context.connection, link.table)
    filling = any(other.mode is Mode.FILLING for other in journal.links(context.connection, link.table))
    fills = [(name, part) for name, part in now.ours() if name.endswith(FILLS)]
    gone = [] if filling else text.drop_triggers(fills)
    return Change(statements=(*gone, sync.add_check(now.table, link)), relation=link.table, digest=digest)
