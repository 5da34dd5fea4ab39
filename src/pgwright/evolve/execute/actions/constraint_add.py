"""Adds, NOT VALID, the likes of constraints on another column; not of those that were dropped since the plan."""

from __future__ import annotations

from ..context import Change, Context

_STANDS = "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s"
_NOT_NULL = "SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attname = ANY(%s) AND attnotnull"


def prepare(context: Context) -> Change:
    """`parameters["adds"]` has (table oid, name of the original or "" for NOT NULL, name of its like, statement)."""
    connection = context.connection
    statements = []
    for table, original, name, statement in context.parameters["adds"]:
        if original:
            wanted = connection.execute(_STANDS, (table, original)).fetchone()
        else:
            wanted = connection.execute(_NOT_NULL, (table, context.parameters["names"])).fetchone()
        if wanted and not connection.execute(_STANDS, (table, name)).fetchone():
            statements.append(statement)
    return Change(statements=tuple(statements))
