"""Partitions that have come since the plan of a key: what they still lack before the table takes theirs for its own.

PostgreSQL takes a partition's constraint over when it is of the same kind and columns; where there is none, it builds
one under the strong lock (14 to 18), which is what this is to keep from happening.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from ...sql import parse
from ..operations import _names

Connection = psycopg.Connection[tuple[Any, ...]]

_LEAVES = """
WITH RECURSIVE part (oid) AS (
    SELECT %(root)s::oid
    UNION
    SELECT inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.oid
)
SELECT c.oid::bigint, n.nspname, c.relname
FROM part JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid
    WHERE k.conrelid = c.oid AND k.contype = %(kind)s AND i.indisvalid
      AND %(columns)s = ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)
                              JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
                              ORDER BY u.place))
ORDER BY c.oid
"""
_TAKEN = """
SELECT relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s
UNION
SELECT conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
WHERE n.nspname = %(schema)s
"""
_BUILT = """
SELECT c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %(oid)s AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND c.relname LIKE %(begins)s
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid)
  AND %(columns)s = ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)
                          JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number
                          ORDER BY u.place)
"""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A partition without the key: `name` is what the index is or will be called, `statement` builds it, `built`
    tells that it has been."""

    oid: int
    schema: str
    table: str
    name: str
    statement: str
    built: bool


def lacking(connection: Connection, parameters: Mapping[str, Any]) -> list[Part]:
    """The partitions of now that have no such key. An index that a broken run has built is found again by its name."""
    shown = {
        "root": parameters["relation"],
        "kind": "p" if parameters["kind"] == "PRIMARY KEY" else "u",
        "columns": columns_of(parameters["build"]),
    }
    return [
        _part(connection, parameters, oid, schema, table)
        for oid, schema, table in connection.execute(_LEAVES, shown).fetchall()
    ]


def columns_of(build: str) -> list[str]:
    """The columns of an index, keys first, as a CREATE INDEX names them."""
    node = parse.parse(build)[0].node
    return [each.index_elem.name for each in (*node.index_params, *node.index_including_params)]


def _part(connection: Connection, parameters: Mapping[str, Any], oid: int, schema: str, table: str) -> Part:
    columns = parameters["columns"] if parameters["label"] != "pkey" else []
    stem = _names.chosen(table, columns, parameters["label"], ())
    row = connection.execute(
        _BUILT, {"oid": oid, "begins": _like(stem), "columns": columns_of(parameters["build"])}
    ).fetchone()
    if row is None:
        taken = {each[0] for each in connection.execute(_TAKEN, {"schema": schema}).fetchall()}
        name = _names.chosen(table, columns, parameters["label"], taken)
    else:
        name = row[0]
    node = parse.parse(parameters["build"])[0].node
    node.idxname, node.relation.schemaname, node.relation.relname = name, schema, table
    statement = parse.deparse_statement(node)
    return Part(oid=oid, schema=schema, table=table, name=name, statement=statement, built=row is not None)


def _like(stem: str) -> str:
    escaped = stem.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped + "%"
