"""How a room asks the catalog a few questions of its own: quietly, again where the catalog moved meanwhile, and with
errors that say what was being done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg

from ..connect.quiet import TIMEOUT_MS, quietly
from ..connect.translation import translate
from .reader import MOVED
from .statements import statement

Connection = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")

TRIES = 5
PAUSE = 0.1
"""Seconds between two tries: DDL that moves the catalog takes that long to end."""


def looked(connection: Connection, take: Callable[[], T], *, doing: str, timeout_ms: int = TIMEOUT_MS) -> T:
    """What `take` gives in a quiet transaction on `connection`; `doing` says what it does (`reading the indexes`).
    Raises our translation of what the server says, after some tries where the catalog moved under it."""
    for attempt in range(TRIES):
        try:
            with quietly(connection, timeout_ms):
                return take()
        except psycopg.Error as error:
            if connection.closed or error.sqlstate not in MOVED or attempt == TRIES - 1:
                raise translate(error, doing=doing, state="Nothing was changed.") from error
            time.sleep(PAUSE)
    raise AssertionError("unreachable")


def counting(connection: Connection) -> float:
    """For how many seconds the counters of this database have been counting.

    They begin anew when they are reset, and when a crash throws them away, which from 15 on leaves no moment of a reset
    in pg_stat_database. Then what is counted for the whole cluster begins anew as well, so the oldest of those
    beginnings is a bound (14 and 18, tried)."""
    row = connection.execute(statement("counting", connection.info.server_version // 10000).encode()).fetchone()
    return float(row[0]) if row is not None else 0.0
