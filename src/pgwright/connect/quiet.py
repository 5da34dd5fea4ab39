"""A transaction in which production's catalogs are read: one state of everything, all names with their schemas, and
nobody waits for it long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from .looking import looking

TIMEOUT_MS = 60_000
"""For each query; that about the indexes of 10,000 tables takes two seconds."""
LOCK_TIMEOUT = 0.5
"""Seconds. Catalog queries hardly wait for a lock; one that does stands in the queue before somebody else."""


@contextmanager
def quietly(connection: psycopg.Connection[tuple[Any, ...]], timeout_ms: int = TIMEOUT_MS) -> Iterator[None]:
    """The transaction, rolled back at its end. What the server deparses in it has all schemas written out."""
    with looking(connection, timeout=timeout_ms / 1000, lock_timeout=LOCK_TIMEOUT, one_state=True):
        connection.execute("SET LOCAL jit = off; SET LOCAL search_path = pg_catalog, pg_temp")
        yield
