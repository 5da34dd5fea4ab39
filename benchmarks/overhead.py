"""What the triggers cost an UPDATE while a migration is in flight.

Four tables of the same rows, of which one column is renamed with `up = trim(body)`: without triggers; in the middle of
the backfill, once where it has not been and once where it has; and expanded. Each UPDATE is measured in two forms: one
statement that changes many rows, which is the hardest case, because neither parsing nor a client is in its time; and
prepared statements of one row each, as an application sends them. All are rolled back, so that a row is as empty the
next time as it was, and the table is vacuumed. The tables take turns; each figure is the median of all turns, and so
is the ratio to the table without triggers in the same turn, with the lowest and the highest. Rows are small, or hold a
body of 8 kB that does not compress and so lies in TOAST.

A row that is touched before the backfill has been there is filled by that UPDATE: it does the work of the backfill for
this row, so there is no goal for it.

It does not show: commits and a network, of which the triggers are a smaller part still; and inserts.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

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
BARE = "no triggers"
# Up to the step of this prefix the migration goes; None: to its end.
STATES = {BARE: "", "filling, not yet filled": "pass.", "filling, filled": "fill_end.", "expanded": None}
JUDGED = ("filling, filled", "expanded")
UNRELATED = "an unrelated column"
UPDATES = {
    UNRELATED: "UPDATE things SET counter = counter + 1",
    "the synced column": "UPDATE things SET body = body || '.'",
}
FORMS = ("many rows", "one row")
SINGLE = 1_000  # statements of one row, at most


Connection = psycopg.Connection[Any]
Key = tuple[str, str, str, str]  # form, column, shape, state


def measure(options: Options) -> Report:
    """About three minutes."""
    rows, rounds = options.rows or ROWS, options.rounds or ROUNDS
    found: dict[Key, list[float]] = {}
    with database.server(options, {"autovacuum": "off"}) as running:
        for shape, body in SHAPES.items():
            many = rows if shape == "small" else max(rows // TOASTED, 1)
            with prepared(running, TABLE.format(body=body, rows=many), shape) as connections:
                for number in range(1, rounds + 1):
                    print(f"  {shape} rows, turn {number} of {rounds}", file=sys.stderr, flush=True)
                    for column, form in itertools.product(UPDATES, FORMS):
                        for state in turned(tuple(STATES), number):
                            taken = timed(connections[state], UPDATES[column], many if form == FORMS[0] else 0, many)
                            found.setdefault((form, column, shape, state), []).append(taken)
    return report(found, rows, rounds)


@contextmanager
def prepared(running: PrivateServer, script: str, shape: str) -> Iterator[dict[str, Connection]]:
    """A connection to a table in each state."""
    database.make(running, shape, script)
    with ExitStack() as stack:
        connections = {}
        for state, before in STATES.items():
            dsn = stack.enter_context(database.copy(running, shape))
            if state != BARE:
                expand_until(dsn, before)
            connections[state] = stack.enter_context(psycopg.connect(dsn, autocommit=True))
            connections[state].execute("VACUUM (ANALYZE) things")
        yield connections


def expand_until(dsn: str, before: str | None) -> None:
    """Expands up to the step that begins with `before`, which is not run any more."""

    def gate(step: str) -> None:
        if before is not None and step.startswith(before):
            raise Interrupted("far enough")

    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder), dsn)
        init(settings)
        write(Path(folder), MIGRATION)
        try:
            expand(settings, gate=gate)
        except Interrupted:
            return
    if before is not None:
        raise AssertionError(f"expand has no step {before} any more")


def timed(connection: Connection, update: str, together: int, rows: int) -> float:
    """Seconds a row of one statement for `together` rows, 0: of prepared statements of one row each. Afterwards the
    table is as it was."""
    connection.execute("BEGIN")
    count = together or min(rows, SINGLE)
    if together:
        started = time.perf_counter()
        connection.execute(update.encode())
        seconds = time.perf_counter() - started
    else:
        single = f"{update} WHERE id = %s".encode()
        connection.execute(single, [1], prepare=True)
        started = time.perf_counter()
        for row in range(1, count + 1):
            connection.execute(single, [row])
        seconds = time.perf_counter() - started
    connection.execute("ROLLBACK")
    connection.execute("VACUUM things")
    return seconds / count


def turned(values: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Each time another one is the first."""
    first = number % len(values)
    return values[first:] + values[:first]


def report(found: dict[Key, list[float]], rows: int, rounds: int) -> Report:
    """The ratios of each turn against the table without triggers."""
    ratios = {
        key: [ours / bare for ours, bare in zip(values, found[(*key[:3], BARE)], strict=True)]
        for key, values in found.items()
    }
    judged = [key for key in ratios if key[1] == UNRELATED and key[3] in JUDGED]
    middles = {key: statistics.median(ratios[key]) for key in judged}
    goals = tuple(
        Goal(
            promise=f"{form} a statement, {shape} rows, {state}: an unrelated column costs at most {MOST:g}x",
            found=f"{middles[form, column, shape, state]:.2f}x",
            kept=middles[form, column, shape, state] <= MOST,
        )
        for form, column, shape, state in judged
    )
    return Report(
        tables=tuple(table(form, found, ratios) for form in FORMS),
        goals=goals,
        facts={
            "rows": f"{rows:,} small or {max(rows // TOASTED, 1):,} toasted",
            "turns": f"{rounds}; median (lowest to highest)",
        },
        figures={", ".join(key): values for key, values in found.items()},
    )


def table(form: str, found: dict[Key, list[float]], ratios: dict[Key, list[float]]) -> Table:
    """All that was measured in one form."""
    cells = tuple(
        (
            f"{column}, {shape} rows, {state}",
            f"{spread([value * 1e6 for value in found[form, column, shape, state]])} µs",
            "1x" if state == BARE else f"{spread(ratios[form, column, shape, state], '.2f')}x",
        )
        for column, shape, state in itertools.product(UPDATES, SHAPES, STATES)
    )
    return Table(title=f"UPDATE of {form} by one statement", head=("", "time a row", "of no triggers"), rows=cells)
