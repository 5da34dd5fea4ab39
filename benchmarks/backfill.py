"""Rows a second of the backfill against what one would do by hand, and for how long it keeps a row locked.

One big UPDATE; batches of 1,000 rows by key, each committed; a touch-update of 1,000 rows by key through a row trigger
that does the filling, which is how the engines do it that find their rows by a key; and pgwright with one worker and
with two. They run in turns, in another order each round, so that the noise of the machine meets all alike; the
ratios are those of single rounds, the median with the least and the most. The server syncs its WAL. The throttle reads
but nothing holds: what it would hold for is the noise of the disk. The big UPDATE keeps its table locked, and leaves it
at twice its size.

The time of a batch is that from the lock on its first row to its commit, which is for how long an UPDATE of the
application may wait for it; a batch is meant to take 40 ms.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.base.event import Event, StepFinished, StepStarted
from pgwright.evolve.execute.batch import Pace

from .support import database
from .support.load import percentile
from .support.options import Options
from .support.project import settings_of, write
from .support.report import Goal, Report, Table, spread

ROWS, ROUNDS = 1_000_000, 3
BATCH = 1_000
TABLE = """
CREATE TABLE users AS SELECT i AS id, ' name ' || i AS name, md5(i::text) AS email FROM generate_series(1, {rows}) i;
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
BIG, KEYSET, TOUCHED = "one big UPDATE", "batches of 1,000 by key", "touch-update through a trigger"
ONE, TWO = "pgwright, 1 worker", "pgwright, 2 workers"
PROMISED = {BIG: 0.8, TOUCHED: 2.0}


@dataclass
class Found:
    """Of each way: seconds of its rounds, table and index afterwards as a multiple of what they were, and seconds of
    each batch of ours."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)
    batches: dict[str, list[float]] = field(default_factory=dict)

    def times(self, ours: str, theirs: str) -> list[float]:
        """How many times faster one way is than the other, round by round."""
        return [b / a for a, b in zip(self.seconds[ours], self.seconds[theirs], strict=True)]


def measure(options: Options) -> Report:
    """About a minute and a half."""
    rows, rounds = options.rows or ROWS, options.rounds or ROUNDS
    found = Found()
    ways: dict[str, Callable[[str], float]] = {
        BIG: one_update,
        KEYSET: lambda dsn: keyset(dsn, rows),
        TOUCHED: touch,
        ONE: lambda dsn: backfill(dsn, 1, found.batches.setdefault(ONE, [])),
        TWO: lambda dsn: backfill(dsn, 2, found.batches.setdefault(TWO, [])),
    }
    with database.server(options) as running:
        before = size(database.make(running, "users", TABLE.format(rows=rows)))
        for number in range(rounds):
            print(f"  round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            names = list(ways)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                with database.copy(running, "users") as dsn:
                    found.seconds.setdefault(name, []).append(ways[name](dsn))
                    found.sizes[name] = size(dsn) / before
    return report(found, rows, rounds)


def report(found: Found, rows: int, rounds: int) -> Report:
    """Against the big UPDATE and against the touch-update."""
    speed = tuple(
        (
            name,
            f"{rows / statistics.median(seconds):,.0f}",
            "1x" if name == BIG else f"{spread(found.times(name, BIG), '.2f')}x",
            "1x" if name == TOUCHED else f"{spread(found.times(name, TOUCHED), '.2f')}x",
            f"{found.sizes[name]:.2f}x",
        )
        for name, seconds in found.seconds.items()
    )
    locked = tuple(
        (name, f"{len(batches):,}", *(f"{percentile(batches, part):,} ms" for part in (50, 99, 100)))
        for name, batches in ((name, sorted(round(1000 * each) for each in of)) for name, of in found.batches.items())
    )
    head = ("", "rows a second", "of one UPDATE", "of touch-update", "table and index")
    goals = []
    for ours in (ONE, TWO):
        for theirs, least in PROMISED.items():
            middle = statistics.median(found.times(ours, theirs))
            promise = f"{ours}: at least {least:g}x of {theirs}"
            goals.append(Goal(promise=promise, found=f"{middle:.2f}x", kept=middle >= least))
    return Report(
        tables=(
            Table(title=f"A column of {rows:,} rows is filled", head=head, rows=speed),
            Table(
                title="For how long a batch keeps rows locked",
                head=("", "batches", "median", "99 % below", "longest"),
                rows=locked,
            ),
        ),
        goals=tuple(goals),
        facts={"rounds": f"{rounds}; median (least to most); table and index are a multiple of what they were"},
        figures={"seconds": found.seconds, "sizes": found.sizes},
    )


def size(dsn: str) -> float:
    """The bytes of the table and its index."""
    found = database.sizes(dsn, "users")
    return float(found.table + found.indexes)


def one_update(dsn: str) -> float:
    """Seconds of the UPDATE that one would type."""
    with psycopg.connect(dsn) as connection:
        connection.execute("ALTER TABLE users ADD COLUMN full_name text")
        started = time.monotonic()
        connection.execute("UPDATE users SET full_name = trim(name)")
        connection.commit()
        return time.monotonic() - started


def keyset(dsn: str, rows: int) -> float:
    """Seconds of the loop that one would write: a batch by key, a commit, the next."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE users ADD COLUMN full_name text")
        started = time.monotonic()
        for first in range(1, rows + 1, BATCH):
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


def backfill(dsn: str, workers: int, batches: list[float]) -> float:
    """Seconds of the backfill step of the same change; those of its batches are added to `batches`."""
    seconds: dict[str, float] = {}

    def listen(event: Event) -> None:
        if isinstance(event, StepStarted) and event.kind == "backfill":
            seconds[event.step] = 0.0
        elif isinstance(event, StepFinished) and event.step in seconds:
            seconds[event.step] = event.seconds

    with tempfile.TemporaryDirectory() as place, told_of_batches(batches):
        settings = settings_of(Path(place), dsn)
        write(Path(place), MIGRATION)
        execute = replace(settings.execute, workers=workers)
        settings = replace(settings, execute=execute, throttle=replace(settings.throttle, latency=3600.0))
        init(settings)
        expand(settings, on_event=listen)
    return sum(seconds.values())


@contextmanager
def told_of_batches(batches: list[float]) -> Iterator[None]:
    """Adds the seconds of every batch in this process to `batches`: it is what a worker learns its pace from."""
    learn = Pace.took

    def took(self: Pace, size: int, seconds: float) -> None:
        batches.append(seconds)
        learn(self, size, seconds)

    Pace.took = took  # type: ignore[method-assign]
    try:
        yield
    finally:
        Pace.took = learn  # type: ignore[method-assign]
