"""Rows a second of the backfill against what one would do by hand, on a server that syncs its WAL.

One big UPDATE; batches of 1,000 rows by key, each committed; a touch-update of 1,000 rows by key through a row trigger
that does the filling, which is how the engines do it that find their rows by a key; and pgwright with one worker and
with two. They run in turns, in another order each round, so that the noise of the machine meets all alike; the
ratios are of the medians, with the least and the most of single rounds. The throttle reads but nothing holds: what it
would hold for is the noise of the disk. The big UPDATE keeps its table locked, and leaves it at twice its size.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
BATCH = 1_000
TABLE = f"""
CREATE TABLE users AS SELECT i AS id, ' name ' || i AS name, md5(i::text) AS email FROM generate_series(1, {ROWS}) i;
ALTER TABLE users ADD PRIMARY KEY (id);
"""
MIGRATION = (
    "-- pgwright: up = trim(name)\n-- pgwright: down = full_name\nALTER TABLE users RENAME COLUMN name TO full_name;\n"
)
TOUCH = """
CREATE FUNCTION carry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.full_name := trim(NEW.name); NEW.needs_backfill := false; RETURN NEW; END$$;
ALTER TABLE users ADD COLUMN full_name text, ADD COLUMN needs_backfill boolean DEFAULT true;
CREATE TRIGGER carry BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION carry();
"""
ROUNDS = 3
BIG, KEYSET, TOUCHED, ONE, TWO = "one big UPDATE", "keyset", "touch-update", "pgwright", "pgwright, 2 workers"


def run() -> list[Ratio]:
    """Prints the rows a second of each way and the size that it leaves; returns the ratios that are promised."""
    ways: dict[str, Callable[[str], float]] = {
        BIG: one_update,
        KEYSET: keyset,
        TOUCHED: touch,
        ONE: lambda dsn: backfill(dsn, workers=1),
        TWO: lambda dsn: backfill(dsn, workers=2),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    sizes: dict[str, float] = {}
    with PrivateServer(find(18), settings={"max_wal_size": "16GB", "shared_buffers": "512MB"}) as server:
        before = template(server)
        for number in range(ROUNDS):
            names = list(ways)
            for name in names[number:] + names[:number]:
                with copy(server) as dsn:
                    took[name].append(ways[name](dsn))
                    sizes[name] = size(dsn) / before
    show(took, sizes)
    found = [promise(took, ours, BIG, 0.8) for ours in (ONE, TWO)]
    return found + [promise(took, ours, TOUCHED, 2.0) for ours in (ONE, TWO)]


def show(took: dict[str, list[float]], sizes: dict[str, float]) -> None:
    """A line for each way, against the big UPDATE."""
    print(f"  {'rows/s':>22} {'against one UPDATE (least, most)':>34} {'table + indexes':>17}", file=sys.stderr)
    for name, seconds in took.items():
        against = [theirs / ours for theirs, ours in zip(took[BIG], seconds, strict=True)]
        ratio = statistics.median(took[BIG]) / statistics.median(seconds)
        print(
            f"  {name:20} {ROWS / statistics.median(seconds):>10,.0f} {ratio:>12.2f}x ({min(against):.2f}, "
            f"{max(against):.2f}) {sizes[name]:>15.2f}x",
            file=sys.stderr,
        )


def promise(took: dict[str, list[float]], ours: str, theirs: str, least: float) -> Ratio:
    """The ratio of the medians."""
    spread = [b / a for a, b in zip(took[ours], took[theirs], strict=True)]
    return Ratio(
        name=f"backfill ({ours})",
        unit="rows/s",
        ours=ROWS / statistics.median(took[ours]),
        theirs=ROWS / statistics.median(took[theirs]),
        against=f"{theirs} (single rounds {min(spread):.2f} to {max(spread):.2f})",
        least=least,
    )


def template(server: PrivateServer) -> float:
    """Makes the table that all rounds copy; returns its size with its index, in bytes."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template")
    with psycopg.connect(server.dsn("template"), autocommit=True) as connection:
        connection.execute(TABLE)
        connection.execute("VACUUM ANALYZE users")
    return size(server.dsn("template"))


def size(dsn: str) -> float:
    """The bytes of the table and its index."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT pg_total_relation_size('users')").fetchone()
        return float(row[0]) if row else 0.0


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


def keyset(dsn: str) -> float:
    """Seconds of the loop that one would write: a batch by key, a commit, the next."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE users ADD COLUMN full_name text")
        started = time.monotonic()
        for first in range(1, ROWS + 1, BATCH):
            connection.execute(
                "UPDATE users SET full_name = trim(name) WHERE id >= %s AND id < %s", (first, first + BATCH)
            )
        return time.monotonic() - started


def touch(dsn: str) -> float:
    """Seconds of touching each row, so that its trigger fills it: the rows of a batch are locked by key first."""
    statement = """
    WITH batch AS (SELECT id FROM users WHERE needs_backfill AND id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE),
    touched AS (UPDATE users SET id = users.id FROM batch WHERE users.id = batch.id RETURNING users.id)
    SELECT max(id) FROM touched
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(TOUCH)
        started, last = time.monotonic(), 0
        while row := connection.execute(statement, (last, BATCH)).fetchone():
            if row[0] is None:
                break
            last = row[0]
        return time.monotonic() - started


def backfill(dsn: str, *, workers: int) -> float:
    """Seconds of the backfill step of the same change."""
    seconds: dict[str, float] = {}

    def listen(event: Event) -> None:
        if isinstance(event, StepStarted) and event.kind == "backfill":
            seconds[event.step] = 0.0
        elif isinstance(event, StepFinished) and event.step in seconds:
            seconds[event.step] = event.seconds

    with tempfile.TemporaryDirectory() as place:
        settings = project(Path(place), dsn)
        execute = replace(settings.execute, workers=workers)
        settings = replace(settings, execute=execute, throttle=replace(settings.throttle, latency=3600.0))
        init(settings)
        expand(settings, on_event=listen)
    return sum(seconds.values())


def project(folder: Path, dsn: str) -> Settings:
    """A project in `folder` with the one migration."""
    migrations = folder / "migrations"
    migrations.mkdir()
    (migrations / "0001_full_name.sql").write_text(MIGRATION, encoding="utf-8")
    return load(folder=folder, profile=None, dsn=dsn, environ={})
