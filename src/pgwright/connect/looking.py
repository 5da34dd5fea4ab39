"""A transaction that only looks: read-only, with an end, and never long in a queue for a lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from .session import no_transaction_timeout

TIMEOUT = 30.0  # seconds for one statement that reads statistics; a server that needs longer has other worries
LOCK_TIMEOUT = 1.0  # seconds; somebody who looks must not stand in front of the application


@contextmanager
def looking(
    connection: psycopg.Connection[Any],
    *,
    timeout: float = TIMEOUT,
    lock_timeout: float = LOCK_TIMEOUT,
    one_state: bool = False,
) -> Iterator[None]:
    """The block runs in a read-only transaction that is rolled back, each statement at most `timeout` seconds and each
    wait for a lock at most `lock_timeout`; with `one_state`, all its statements see what the first one saw. All that is
    set is set for the transaction, so that a transaction pooler may stand in between. Raises psycopg errors."""
    with connection.transaction(force_rollback=True):
        isolation = "ISOLATION LEVEL REPEATABLE READ " if one_state else ""
        connection.execute(f"SET TRANSACTION {isolation}READ ONLY{no_transaction_timeout(connection)}".encode())
        connection.execute(
            "SELECT pg_catalog.set_config('statement_timeout', %s, true),"
            " pg_catalog.set_config('lock_timeout', %s, true)",
            [f"{seconds * 1000:.0f}" for seconds in (timeout, min(timeout, lock_timeout))],
        )
        yield
