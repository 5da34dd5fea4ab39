"""Keeps a pass from writing WAL faster than the disk takes it.

A COMMIT of the application waits until all WAL before it is on the disk, that of a pass included. Batches commit
asynchronously, so nothing keeps a pass from running ahead of a slow disk; without this, single syncs kept the
application for up to 1,770 ms while a pass was writing, with it for 10 to 60 ms. A batch must not wait in its own
COMMIT: its rows would stay locked meanwhile (up to 311 ms). So the worker waits between two batches, when it holds
nothing.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg

from ...connect.retry import is_connection_loss

Connection = psycopg.Connection[tuple[Any, ...]]

UNFLUSHED = 2 * 1024 * 1024
"""Bytes of WAL that may be on their way: twice what the WAL writer lets come together by default before it writes, so
that the disk writes while the next batch is at work. With once as much a pass took 1.3 to 1.5 times as long."""
POLL = 0.003
MOST = 1.0
"""Seconds: others may write as much by themselves."""
BEHIND = "SELECT (pg_catalog.pg_current_wal_insert_lsn() - pg_catalog.pg_current_wal_flush_lsn())::bigint"
SYNCHRONOUS = "SELECT pg_catalog.set_config('synchronous_commit', 'local', true), 0"


def statement(connection: Connection) -> str:
    """What a batch asks before its COMMIT: the bytes that are not on the disk yet. A server that does not tell, as some
    of the managed ones, is told to wait for each batch instead. Its last column is for `catch_up`."""
    try:
        connection.execute(BEHIND.encode())
    except psycopg.Error as error:
        if connection.closed or is_connection_loss(error):
            raise
        return SYNCHRONOUS
    return BEHIND


def catch_up(connection: Connection, behind: int) -> None:
    """Waits until no more than `UNFLUSHED` bytes are on their way. Outside of a transaction."""
    until = time.monotonic() + MOST
    while behind > UNFLUSHED and time.monotonic() < until:
        time.sleep(POLL)
        row = connection.execute(BEHIND.encode()).fetchone()
        behind = int(row[0]) if row else 0
