"""Attaches a partition, and takes away what DETACH … CONCURRENTLY has left on it."""

from __future__ import annotations

from ....sql.quote import ident, qualified
from .. import dropping, journal
from ..context import Change, Context

_THERE = "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s AND contype = 'c'"


def prepare(context: Context) -> Change:
    """The statements of the step, and DROP CONSTRAINT of each check that the step `left` has journalled."""
    parameters, connection = context.parameters, context.connection
    statements = list(parameters["statements"])
    relation, source = int(parameters["relation"]), str(parameters["left"])
    name = dropping.name_of(connection, relation) if relation else None
    if source and name is not None:
        for left in journal.result(connection, context.unit, source).get("left", []):
            if connection.execute(_THERE, (relation, left)).fetchone():
                statements.append(f"ALTER TABLE {qualified(name)} DROP CONSTRAINT {ident(left)}")
    return Change(statements=tuple(statements))
