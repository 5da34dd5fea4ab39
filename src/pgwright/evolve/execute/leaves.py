"""The partitions of a table that hold its rows, as they are now."""

from __future__ import annotations

from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

_LEAVES = """
WITH RECURSIVE part (oid) AS (
    SELECT %s::oid
    UNION
    SELECT inhrelid FROM pg_catalog.pg_inherits JOIN part ON inhparent = part.oid
)
SELECT c.oid::bigint, n.nspname, c.relname
FROM part JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' ORDER BY c.oid
"""


def leaves(connection: Connection, relation: int) -> list[tuple[int, str, str]]:
    """(oid, schema, name) of each leaf partition of `relation`."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_LEAVES, (relation,)).fetchall()]
