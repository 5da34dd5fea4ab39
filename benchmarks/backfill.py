"""Rows a second of the backfill against one big UPDATE of the same rows, on a server that syncs its WAL."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.base.event import Event, StepFinished, StepStarted
from pgwright.config import Settings, load
from pgwright.server.find import find
from pgwright.server.private import PrivateServer

from .ratio import Ratio

ROWS = 1_000_000
TABLE = f"""
CREATE TABLE users AS SELECT i AS id, ' name ' || i AS name, md5(i::text) AS email FROM generate_series(1, {ROWS}) i;
ALTER TABLE users ADD PRIMARY KEY (id);
"""
MIGRATION = (
    "-- pgwright: up = trim(name)\n-- pgwright: down = full_name\nALTER TABLE users RENAME COLUMN name TO full_name;\n"
)


ROUNDS = 3


def run() -> list[Ratio]:
    """The best of three rounds of each, in turns, on fresh copies of one table."""
    theirs, ours = [], []
    with PrivateServer(find(18), settings={"max_wal_size": "16GB", "shared_buffers": "512MB"}) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE template")
        with psycopg.connect(server.dsn("template"), autocommit=True) as connection:
            connection.execute(TABLE)
            connection.execute("VACUUM ANALYZE users")
        for _ in range(ROUNDS):
            with copy(server) as dsn:
                theirs.append(one_update(dsn))
            with copy(server) as dsn:
                ours.append(backfill(dsn))
    return [
        Ratio(
            name="backfill",
            unit="rows/s",
            ours=ROWS / min(ours),
            theirs=ROWS / min(theirs),
            against="one big UPDATE",
            least=0.8,
        )
    ]


@contextmanager
def copy(server: PrivateServer) -> Iterator[str]:
    """The DSN of a fresh copy of the table, on a server that has nothing left to write."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE round TEMPLATE template STRATEGY file_copy")
        connection.execute("CHECKPOINT")
        yield server.dsn("round")
        connection.execute("DROP DATABASE round WITH (FORCE)")


def one_update(dsn: str) -> float:
    """Seconds of the UPDATE that one would type."""
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER TABLE users ADD COLUMN full_name text")
        started = time.monotonic()
        connection.execute("UPDATE users SET full_name = trim(name)")
        connection.commit()
        return time.monotonic() - started


def backfill(dsn: str) -> float:
    """Seconds of the backfill step of the same change."""
    seconds: dict[str, float] = {}

    def listen(event: Event) -> None:
        if isinstance(event, StepStarted) and event.kind == "backfill":
            seconds[event.step] = 0.0
        elif isinstance(event, StepFinished) and event.step in seconds:
            seconds[event.step] = event.seconds

    with tempfile.TemporaryDirectory() as place:
        settings = project(Path(place), dsn)
        init(settings)
        expand(settings, on_event=listen)
    return sum(seconds.values())


def project(folder: Path, dsn: str) -> Settings:
    """A project in `folder` with the one migration."""
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "0001_full_name.sql").write_text(MIGRATION, encoding="utf-8")
    return load(folder=folder, profile=None, dsn=dsn, environ={})
