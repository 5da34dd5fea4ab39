"""Adds, NOT VALID, the likes of constraints on another column; not of those that were dropped since the plan."""

from __future__ import annotations

from ....sql.index import on_table
from ..context import Change, Context
from ..leaves import leaves

_STANDS = "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s"
_NOT_NULL = "SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attname = ANY(%s) AND attnotnull"


def prepare(context: Context) -> Change:
    """`parameters["adds"]` has (table oid, name of the original or "" for NOT NULL, name of its like, statement). With
    `leaves` it is added to each partition that holds rows, and not to the table."""
    connection = context.connection
    statements = []
    for table, original, name, statement in context.parameters["adds"]:
        if original:
            wanted = connection.execute(_STANDS, (table, original)).fetchone()
        else:
            wanted = connection.execute(_NOT_NULL, (table, context.parameters["names"])).fetchone()
        if not wanted:
            continue
        if context.parameters.get("leaves"):
            statements += [
                on_table(statement, schema, leaf)
                for oid, schema, leaf in leaves(connection, table)
                if not connection.execute(_STANDS, (oid, name)).fetchone()
            ]
        elif not connection.execute(_STANDS, (table, name)).fetchone():
            statements.append(statement)
    return Change(statements=tuple(statements))
