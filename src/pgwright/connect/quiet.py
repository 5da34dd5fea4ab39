"""A transaction in which production is only looked at: read-only, one state of everything, and nobody waits for it
long.

All that is set is set for the transaction, so that a transaction pooler may stand in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from .session import no_transaction_timeout

TIMEOUT_MS = 60_000
"""For each query; that about the indexes of 10,000 tables takes two seconds."""
LOCK_TIMEOUT_MS = 500
"""Catalog queries hardly wait for a lock; one that does stands in the queue before somebody else."""


@contextmanager
def quietly(connection: psycopg.Connection[tuple[Any, ...]], timeout_ms: int = TIMEOUT_MS) -> Iterator[None]:
    """The transaction, rolled back at its end. What the server deparses in it has all schemas written out."""
    with connection.transaction(force_rollback=True):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute(f"SET LOCAL jit = off{no_transaction_timeout(connection)}".encode())
        connection.execute(
            "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
            " pg_catalog.set_config('statement_timeout', %s, true), pg_catalog.set_config('lock_timeout', %s, true)",
            (str(timeout_ms), str(LOCK_TIMEOUT_MS)),
        )
        yield
