"""The proof that nothing was lost: the table against its mirror, by value, in one snapshot.

Every write repeats itself in the table `temoin` in its own transaction, so the two agree in every snapshot, also
while the applications go on. The mirror keeps what the application *said*; what the table must hold follows from
that: by the old name what was said, by the new name trim(…) of what the old application said.
"""

from __future__ import annotations

from typing import Any

import psycopg

from .statements import NEW, OLD

_EXPECTED = {
    OLD: "t.nom",
    NEW: f"CASE WHEN t.par = '{NEW}' THEN t.nom ELSE trim(t.nom) END",
}


def rows_lost(connection: psycopg.Connection[Any], *columns: str) -> int:
    """How many rows are missing, too many, or hold another value than their mirror under any of `columns`."""
    differs = " OR ".join(f"u.{column} IS DISTINCT FROM {_EXPECTED[column]}" for column in columns)
    query = (
        "SELECT count(*) FROM temoin t FULL JOIN utilisateurs u ON u.id = t.id"
        f" WHERE t.id IS NULL OR u.id IS NULL OR u.email IS DISTINCT FROM t.email OR {differs}"
    )
    with connection.transaction():
        # One core: the applications that are being measured need the other.
        connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
