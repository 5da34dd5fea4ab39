"""Drops the foreign keys of a table that a migration created, before the table itself goes."""

from __future__ import annotations

from ....sql.quote import ident, qualified
from ..context import Change, Context

_FOREIGN_KEYS = """
SELECT n.nspname, c.relname, k.conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname = ANY(%s) AND c.relname = %s AND k.confrelid = ANY(%s)
"""


def prepare(context: Context) -> Change:
    """Those that point to one of `referenced`; none where somebody dropped them."""
    parameters = context.parameters
    asked = (parameters["schemas"], parameters["name"], parameters["referenced"])
    rows = context.connection.execute(_FOREIGN_KEYS, asked).fetchall()
    return Change(
        statements=tuple(
            f"ALTER TABLE {qualified(schema, table)} DROP CONSTRAINT {ident(name)}" for schema, table, name in rows
        )
    )
