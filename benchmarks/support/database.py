"""Private servers and fresh copies of one database on them, and what PostgreSQL tells about sizes and WAL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from pgwright.server.find import find
from pgwright.server.private import PrivateServer
from tests.support.selection import server_folders

from .options import Options

# Durable as a server in production is; large enough that a checkpoint by size does not fall into one variant only.
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "16GB", "max_connections": "60"}
_number = itertools.count(1)


@contextmanager
def server(options: Options, settings: Mapping[str, str] | None = None) -> Iterator[PrivateServer]:
    """A server of the wanted major for this run alone; it syncs its WAL."""
    binaries = find(options.major, folders=server_folders())
    with PrivateServer(binaries, settings={**SETTINGS, **(settings or {})}) as running:
        yield running


def make(running: PrivateServer, name: str, script: str, *, vacuum: bool = True) -> str:
    """A database holding what `script` makes, vacuumed and analysed where wanted; returns its DSN."""
    with psycopg.connect(running.dsn(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    with psycopg.connect(running.dsn(name), autocommit=True) as connection:
        connection.execute(script.encode())
        if vacuum:
            connection.execute("VACUUM (ANALYZE)")
    return running.dsn(name)


@contextmanager
def copy(running: PrivateServer, template: str) -> Iterator[str]:
    """The DSN of a fresh copy of a database, on a server that has nothing left to write."""
    name = f"{template}_{next(_number)}"
    how = " STRATEGY file_copy" if running.binaries.major >= 15 else ""
    with psycopg.connect(running.dsn(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{how}'.encode())
        connection.execute("CHECKPOINT")
        try:
            yield running.dsn(name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Bytes of a table with its TOAST, of its indexes, and where the WAL of the server stands."""

    table: int
    indexes: int
    wal: int


def sizes(dsn: str, table: str) -> Sizes:
    """As they are now."""
    query = (
        "SELECT pg_catalog.pg_table_size(%(t)s::regclass), pg_catalog.pg_indexes_size(%(t)s::regclass), "
        "(pg_catalog.pg_current_wal_insert_lsn() - '0/0')::bigint"
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query, {"t": table}).fetchone()
    assert row is not None
    return Sizes(table=row[0], indexes=row[1], wal=row[2])
