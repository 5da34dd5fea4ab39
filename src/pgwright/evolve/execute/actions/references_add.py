"""Adds, NOT VALID, the twins of all foreign keys that point to the column which leaves, to the one that takes over."""

from __future__ import annotations

from ...sync.naming import twin_name
from .. import dependents, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """`leaving` and `taking` are the names of now. One transaction for all: each key is only noted down."""
    connection, parameters = context.connection, context.parameters
    planned = context.link()
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    parts = [part.oid for part in live.look(connection, link.table).table.parts]
    leaving, taking, tag = (str(parameters[key]) for key in ("leaving", "taking", "tag"))
    references = dependents.references
    there = {(each.relation, each.name) for each in references.read(connection, parts, taking)}
    statements = []
    for each in references.read(connection, parts, leaving):
        name = twin_name(link.id, each.name, tag)
        if (each.relation, name) not in there:
            statements.append(references.twin(each, name, leaving, taking))
    return Change(statements=tuple(statements))
