"""Adds, NOT VALID, the twins of all foreign keys that point to the column which leaves, to the one that takes over."""

from __future__ import annotations

from .. import dependents, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """`leaving` and `taking` are the names of now. One transaction for all: each key is only noted down."""
    connection, planned = context.connection, context.link()
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    parts = [part.oid for part in live.look(connection, link.table).table.parts]
    leaving, taking, tag = (str(context.parameters[key]) for key in ("leaving", "taking", "tag"))
    found = dependents.references.pairs(connection, parts, (leaving, taking), link.id, tag)
    return Change(statements=tuple(each.statement for each in found if each.twin is None))
