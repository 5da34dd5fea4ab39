"""What a backend really holds, read from `pg_locks`: the witness against which declared locks are compared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from psycopg import Connection

from ...base.lock import LockMode


def held(connection: Connection[Any], pid: int | None = None) -> Mapping[int, LockMode]:
    """The strongest lock on each relation (by oid) that the current backend holds, or the backend `pid`.

    Counted are tables, partitioned and foreign tables, views, materialized views and sequences; not catalogs,
    TOAST, indexes, temporary tables, schema `pgwright`, and what the current transaction itself created. A
    relation that the transaction dropped cannot be told from an index any more and is left out, too. Raises
    psycopg errors."""
    strongest: dict[int, LockMode] = {}
    for relation, name in connection.execute(_query(), {"pid": pid}).fetchall():
        mode = LockMode.from_pg_name(name)
        strongest[relation] = max(mode, strongest.get(relation, mode))
    return strongest


@cache
def _query() -> bytes:
    return Path(__file__).with_name("held.sql").read_bytes()
