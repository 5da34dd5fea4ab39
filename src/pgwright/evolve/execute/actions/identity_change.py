"""Changes an identity column, and keeps what it was, for the way back."""

from __future__ import annotations

from .. import journal
from ..context import Change, Context

_NOW = """
SELECT a.attidentity::text, n.nspname, c.relname,
       q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle,
       (SELECT last_value FROM pg_catalog.pg_sequences s WHERE s.schemaname = n.nspname AND s.sequencename = c.relname)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = a.attrelid
  AND d.refobjsubid = a.attnum AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i'
JOIN pg_catalog.pg_sequence q ON q.seqrelid = d.objid
JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attrelid = %(relation)s AND a.attnum = %(number)s AND a.attidentity <> ''
"""
_KEYS = ("when", "schema", "name", "start", "increment", "min", "max", "cache", "cycle", "last")


def prepare(context: Context) -> Change | None:
    """The statements of the step; nothing where the column is no identity any more."""
    parameters = context.parameters
    wanted = {"relation": int(parameters["relation"]), "number": int(parameters["number"])}
    row = context.connection.execute(_NOW, wanted).fetchone()
    if row is None:
        return None
    kept = journal.result(context.connection, context.unit, context.step.id) or dict(zip(_KEYS, row, strict=True))
    saved = journal.set_result(context.unit, context.step.id, kept)
    return Change(statements=(saved, *parameters["statements"]))
