"""An int primary key becomes a bigint under load, with two tables that point to it.

The application works by a timetable at a third of what this machine can do with the table, and latencies count from the
intended start; what it inserts it inserts into a table that points to the key as well. Three ways, each on a fresh
copy: *no change*; *plain SQL*, the one statement that anybody would type; and *pgwright*, the same statement as a
migration, expanded and contracted. Rows are compared with a mirror that every write repeats itself in, and every row
that points to the key has to find its row. WAL is all that the server wrote; what the application alone writes in that
time, as measured under *no change*, stands beside it.

A statement that was prepared on the server and returns the key fails once per connection when its type changes, by
whatever way ("cached plan must not change result type"). The plan names that, and it is counted apart.

At half of what the machine can do (it has two processors, and the application runs on it, too) nothing is left while
the pass is at work, and the queue of the application grows: in two runs to 1.7 and 10 s. Who has no room leaves
some to the application by `batch_pause`.

It does not show: upserts by the key, of which the plan tells that they may fail between the build of the second unique
index and the exchange.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import psycopg

from pgwright.server.private import PrivateServer

from .support import database, shop
from .support.load import CLIENTS, Load, Version, capacity, load
from .support.options import Options
from .support.project import Project, Stopped
from .support.report import Goal, Report, Table, caution
from .support.ways import Cell, Found, cells, part, require_room, say

ROWS, CALM, SHARE = 5_000_000, 20.0, 1 / 3
CHANGE = "ALTER TABLE accounts ALTER COLUMN id TYPE bigint"
VERSION = Version(column="name", apart=100_000_000, entries=True)
POINTING = """
CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id int NOT NULL);
INSERT INTO entries (account_id) SELECT i FROM generate_series(1, {rows}) i;
CREATE INDEX ON entries (account_id);
ALTER TABLE entries ADD FOREIGN KEY (account_id) REFERENCES accounts ON DELETE CASCADE;
CREATE TABLE holders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id int REFERENCES accounts);
INSERT INTO holders (account_id) SELECT i FROM generate_series(1, {rows}, 5) i;
CREATE INDEX ON holders (account_id);
"""
LOST = """
SELECT (SELECT count(*) FROM entries e WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.id = e.account_id))
     + (SELECT count(*) FROM holders h WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.id = h.account_id))
     + (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated)
     + (SELECT 2 - count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = 'accounts'::regclass)
"""


def script(rows: int) -> str:
    """The table with an int key, its mirror, and what points to it."""
    made = shop.script(rows).replace("accounts (id bigint", "accounts (id int")
    return made + POINTING.format(rows=rows)


class Bigint:
    """The whole of it."""

    def __init__(self, running: PrivateServer, options: Options) -> None:
        self.running = running
        self.rows = options.rows or ROWS
        self.clients = options.clients or CLIENTS
        self.calm = CALM if options.calm is None else options.calm
        self.rate = 0.0
        self.found: dict[str, Found] = {}

    def measure(self) -> None:
        """Makes the tables, and goes the three ways."""
        say(f"a key of {self.rows:,} rows, and {self.rows * 6 // 5:,} that point to it")
        database.make(self.running, "bigint", script(self.rows))
        with database.copy(self.running, "bigint") as dsn:
            seconds = max(self.calm / 2, 1.0)
            self.rate = SHARE * capacity(dsn, VERSION, rows=self.rows, clients=self.clients, seconds=seconds)
        ways: dict[str, Callable[[str], None]] = {
            "no change": lambda _: time.sleep(self.calm),
            "plain SQL": self.plain,
            "pgwright": self.pgwright,
        }
        self.peak, self.fill, self.filled = 0.0, 0.0, 0
        for name, way in ways.items():
            with database.copy(self.running, "bigint") as dsn:
                with load(dsn, rows=self.rows, clients=self.clients) as working:
                    found = self.under_load(working, way)
                found = replace(found, differing=shop.differing(dsn, "name", self.rows) + lost(dsn))
                if name == "pgwright":
                    found = replace(found, peak_mb=self.peak, fill=self.fill, filled=self.filled)
                self.found[name] = found
            noticed = found.figures
            say(f"{name}: {found.seconds:,.0f} s, longest {noticed.longest:,.0f} ms, failed {noticed.failed:,}")

    def under_load(self, working: Load, way: Callable[[str], None]) -> Found:
        """One way, and what the application noticed of it."""
        application = working.application(VERSION)
        before = database.sizes(working.dsn, shop.TABLE)
        working.warm(application, self.rate)
        started = time.monotonic()
        way(working.dsn)
        seconds = time.monotonic() - started
        after = database.sizes(working.dsn, shop.TABLE)
        time.sleep(min(self.calm, 3.0))
        working.stop(application)
        return Found(figures=working.figures(), before=before, after=after, seconds=seconds)

    def plain(self, dsn: str) -> None:
        """The statement as typed."""
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(CHANGE.encode())

    def pgwright(self, dsn: str) -> None:
        """Expand and contract, each a process of its own."""
        with tempfile.TemporaryDirectory() as place:
            project = Project.of(Path(place), dsn, CHANGE + ";\n")
            runs = [project.run("expand"), project.run("contract")]
        self.peak = max(run.peak_mb for run in runs)
        self.fill, self.filled = runs[0].backfill_seconds, runs[0].rows

    def report(self) -> Report:
        """What was found."""
        ours, plain = self.found["pgwright"], self.found["plain SQL"]
        stall = f"{ours.figures.longest:,.0f} ms against {plain.figures.longest:,.0f} ms"
        goals = (
            Goal(promise="failed statements that the plan has not named, 0", found=f"{unnamed(ours):,}",
                 kept=unnamed(ours) == 0),
            Goal(promise="rows lost, different or without their key, 0", found=f"{ours.differing:,}",
                 kept=ours.differing == 0),
            Goal(promise="longest stall at most a tenth of that of plain SQL", found=stall,
                 kept=ours.figures.longest <= plain.figures.longest / 10),
        )  # fmt: skip
        return Report(
            tables=(
                Table(
                    title=f"int to bigint of {self.rows:,} rows", head=("", *self.found), rows=cells(self.found, MORE)
                ),
            ),
            goals=goals,
            caution=caution(self.found["no change"].figures.longest),
            facts=part(self.rate, self.clients, "a third"),
            figures={name: asdict(each) for name, each in self.found.items()},
        )


def unnamed(found: Found) -> int:
    """The failures but those of prepared statements whose result has another type."""
    named = sum(count for reason, count in found.figures.reasons if reason.endswith("(0A000)"))
    return found.figures.failed - named


MORE: dict[str, Cell] = {
    "failed": lambda each: f"{unnamed(each):,}",
    "failed once per connection, named": lambda each: f"{each.figures.failed - unnamed(each):,}",
    "median": lambda each: f"{each.figures.p50:,.1f} ms",
}


def lost(dsn: str) -> int:
    """Rows that point to nothing, and foreign keys that are not there or not valid."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(LOST.encode()).fetchone()
        return int(row[0]) if row else 0


def measure(options: Options) -> Report:
    """About ten minutes, and 10 GB of disk."""
    require_room(2 * (options.rows or ROWS))
    with database.server(options) as running:
        whole = Bigint(running, options)
        try:
            whole.measure()
        except Stopped as stopped:
            raise SystemExit(f"bigint: pgwright stopped: {stopped}") from stopped
        return whole.report()
