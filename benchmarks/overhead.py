"""What the triggers cost an UPDATE while a migration is in flight.

Three tables of the same rows: one without triggers, one in the middle of its backfill, one that is expanded, by
`up = trim(body)` of one column. Each UPDATE changes many rows in one statement, which is the hardest case: there is
no network and no client in its time. It is rolled back, so that a row is as empty the next time as it was, and the
table is vacuumed. The tables take turns; each figure is the median of the ratios of one turn, with the lowest and the
highest. Rows are small, or hold a body of 8 kB that does not compress and so lies in TOAST.

It does not show: statements of one row each, of which parsing, the network and the commit are the larger part, so that
the triggers weigh less; and inserts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from pgwright.api.expand import expand
from pgwright.api.init import init
from pgwright.base.errors import Interrupted
from pgwright.server.private import PrivateServer

from .support import database
from .support.options import Options
from .support.project import settings_of, write
from .support.report import Goal, Report, Table, spread

ROWS, ROUNDS = 20_000, 15
TOASTED = 20  # times fewer rows, of 8 kB each
MOST = 1.2
SHAPES = {
    "small": "'  body ' || i",
    "toasted": "(SELECT string_agg(md5(i::text || '.' || j::text), '') FROM generate_series(1, 250) j)",
}
TABLE = """
CREATE TABLE things (id bigint PRIMARY KEY, counter int NOT NULL DEFAULT 0, body text) WITH (autovacuum_enabled = off);
INSERT INTO things (id, body) SELECT i, {body} FROM generate_series(1, {rows}) i;
"""
MIGRATION = (
    "-- pgwright: up = trim(body)\n-- pgwright: down = content\nALTER TABLE things RENAME COLUMN body TO content;\n"
)
UPDATES = {
    "an unrelated column": "UPDATE things SET counter = counter + 1",
    "the synced column": "UPDATE things SET body = body || '.'",
}
STATES = ("no triggers", "filling", "expanded")


def measure(options: Options) -> Report:
    """About three minutes."""
    rows, rounds = options.rows or ROWS, options.rounds or ROUNDS
    found: dict[tuple[str, str, str], list[float]] = {}
    with database.server(options, {"autovacuum": "off"}) as running:
        for shape, body in SHAPES.items():
            many = rows if shape == "small" else max(rows // TOASTED, 1)
            with prepared(running, TABLE.format(body=body, rows=many), shape) as connections:
                for number in range(1, rounds + 1):
                    print(f"  {shape} rows, turn {number} of {rounds}", file=sys.stderr, flush=True)
                    for column, update in UPDATES.items():
                        for state in turned(STATES, number):
                            seconds = timed(connections[state], update) / many
                            found.setdefault((shape, column, state), []).append(seconds)
    return report(found, rows, rounds)


@contextmanager
def prepared(running: PrivateServer, script: str, shape: str) -> Iterator[dict[str, psycopg.Connection]]:
    """A connection to a table in each state."""
    database.make(running, shape, script)
    with ExitStack() as stack:
        connections = {}
        for state in STATES:
            dsn = stack.enter_context(database.copy(running, shape))
            if state != "no triggers":
                until(dsn, stop=state == "filling")
            connections[state] = stack.enter_context(psycopg.connect(dsn, autocommit=True))
            connections[state].execute("VACUUM (ANALYZE) things")
        yield connections


def until(dsn: str, *, stop: bool) -> None:
    """Expands; with `stop` only up to where the backfill would begin."""

    def gate(step: str) -> None:
        if stop and step.startswith("pass."):
            raise Interrupted("far enough")

    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder), dsn)
        init(settings)
        write(Path(folder), MIGRATION)
        try:
            expand(settings, gate=gate)
        except Interrupted:
            if not stop:
                raise


def timed(connection: psycopg.Connection, update: str) -> float:
    """Seconds of the statement alone; afterwards the table is as it was."""
    connection.execute("BEGIN")
    started = time.perf_counter()
    connection.execute(update.encode())
    seconds = time.perf_counter() - started
    connection.execute("ROLLBACK")
    connection.execute("VACUUM things")
    return seconds


def turned(values: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Each time another one is the first."""
    first = number % len(values)
    return values[first:] + values[:first]


def report(found: dict[tuple[str, str, str], list[float]], rows: int, rounds: int) -> Report:
    """The ratios of each turn against the table without triggers."""
    ratios = {
        key: [ours / bare for ours, bare in zip(values, found[(*key[:2], STATES[0])], strict=True)]
        for key, values in found.items()
    }
    cells = tuple(
        (
            f"{column}, {shape} rows, {state}",
            f"{spread([value * 1e6 for value in found[shape, column, state]])} µs",
            "1x" if state == STATES[0] else f"{spread(ratios[shape, column, state], '.2f')}x",
        )
        for shape, column, state in found
    )
    goals = tuple(
        Goal(
            promise=f"an UPDATE of an unrelated column costs at most {MOST:g}x ({shape} rows, {state})",
            found=f"{middle:.2f}x",
            kept=middle <= MOST,
        )
        for (shape, column, state), values in ratios.items()
        for middle in [sorted(values)[len(values) // 2]]
        if column == "an unrelated column" and state != STATES[0]
    )
    return Report(
        tables=(Table(title="UPDATE of one row", head=("of", "time a row", "of no triggers"), rows=cells),),
        goals=goals,
        facts={
            "rows of a statement": f"{rows:,} small or {max(rows // TOASTED, 1):,} toasted",
            "turns": f"{rounds}; median (lowest to highest)",
        },
        figures={", ".join(key): values for key, values in found.items()},
    )
