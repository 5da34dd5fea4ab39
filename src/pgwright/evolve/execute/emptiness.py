"""Whether tables hold rows, asked of their files and not of statistics: a table without a block has none."""

from __future__ import annotations

from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

_WITH_BLOCKS = """
WITH RECURSIVE part (oid) AS (
    SELECT %(relation)s::oid
    UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN part ON i.inhparent = part.oid WHERE %(below)s
)
SELECT c.oid::pg_catalog.regclass::text FROM part JOIN pg_catalog.pg_class c USING (oid)
WHERE c.relkind = 'f' OR (c.relkind <> 'p' AND pg_catalog.pg_relation_size(c.oid) > 0) ORDER BY c.oid
"""


def with_blocks(connection: Connection, relation: int, *, below: bool) -> tuple[str, ...]:
    """The names of those of the table, and of what is `below` it, that may hold rows."""
    rows = connection.execute(_WITH_BLOCKS, {"relation": relation, "below": below}).fetchall()
    return tuple(str(row[0]) for row in rows)
