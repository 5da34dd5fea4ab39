"""A transaction that only looks: read-only, with an end, and never long in a queue for a lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

TIMEOUT = 30.0  # seconds for one statement that reads statistics; a server that needs longer has other worries
LOCK_TIMEOUT = 1.0  # seconds; somebody who looks must not stand in front of the application


@contextmanager
def looking(connection: psycopg.Connection[Any], *, timeout: float = TIMEOUT) -> Iterator[None]:
    """The block runs in a read-only transaction that is rolled back, each statement at most `timeout` seconds. Only
    SET LOCAL is used, so that a transaction pooler may stand in between. Raises psycopg errors."""
    with connection.transaction(force_rollback=True):
        connection.execute("SET TRANSACTION READ ONLY")
        limits = {"statement_timeout": timeout, "lock_timeout": min(timeout, LOCK_TIMEOUT)}
        for name, seconds in limits.items():
            connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, f"{seconds * 1000:.0f}"])
        yield
