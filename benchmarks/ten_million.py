"""Ten million rows: a column renamed and made NOT NULL under load, as one migration.

The application works by a timetable at half of what this machine can do with the table, and latencies count from the
intended start. Three ways, each on a fresh copy of the table: *no change*; *by hand*, as it is done most often: a new
column, a trigger that keeps it filled, one UPDATE of all rows, SET NOT NULL, and the old column dropped when the old
version has left; and *pgwright*. Sizes are those before and when everything is over, without a VACUUM FULL. WAL is all
that the server wrote; what the application alone writes in that time, as measured under *no change*, stands beside it.
The memory is that of the process of pgwright.

It does not show: standbys and their lag, and a server whose disks are slower than its WAL.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import psycopg

from pgwright.base.errors import MigrationFileError, Refused
from pgwright.server.private import PrivateServer

from .support import database, shop
from .support.load import CLIENTS, Load, Version, capacity, load
from .support.migrations import NEW, OLD, RENAME, RENAME_NOT_NULL, Migration
from .support.options import Options
from .support.project import Project, Stopped, sentence
from .support.report import Goal, Report, Table, caution
from .support.ways import Found, cells, part, require_room, say

ROWS, CALM = 10_000_000, 30.0
MOST = 100.0
ADD = f"ALTER TABLE accounts ADD COLUMN {NEW} text"
KEEP = f"""
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.{NEW} := coalesce(NEW.{NEW}, NEW.{OLD});
        NEW.{OLD} := coalesce(NEW.{OLD}, NEW.{NEW});
    ELSIF NEW.{NEW} IS DISTINCT FROM OLD.{NEW} THEN
        NEW.{OLD} := NEW.{NEW};
    ELSE
        NEW.{NEW} := NEW.{OLD};
    END IF;
    RETURN NEW;
END$$;
CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION keep();
"""
FILL = f"UPDATE accounts SET {NEW} = {OLD} WHERE {NEW} IS NULL"
PROVE = f"ALTER TABLE accounts ALTER COLUMN {NEW} SET NOT NULL"
DROP = f"DROP TRIGGER keep ON accounts; DROP FUNCTION keep(); ALTER TABLE accounts DROP COLUMN {OLD}"


class TenMillion:
    """The whole of it."""

    def __init__(self, running: PrivateServer, options: Options) -> None:
        self.running = running
        self.rows = options.rows or ROWS
        self.clients = options.clients or CLIENTS
        self.calm = CALM if options.calm is None else options.calm
        self.rate = 0.0
        self.migration: Migration = RENAME_NOT_NULL
        self.skipped: list[str] = []
        self.found: dict[str, Found] = {}

    def measure(self) -> None:
        """Makes the table, and goes the three ways."""
        say(f"a table of {self.rows:,} rows")
        database.make(self.running, "shop", shop.script(self.rows))
        with database.copy(self.running, "shop") as dsn:
            self.rate = 0.5 * capacity(
                dsn, Version(column=OLD), rows=self.rows, clients=self.clients, seconds=max(self.calm / 3, 1.0)
            )
            self.choose(dsn)
        ways: dict[str, Callable[[Load], Found]] = {
            "no change": self.nothing,
            "by hand": self.by_hand,
            "pgwright": self.pgwright,
        }
        for name, way in ways.items():
            with database.copy(self.running, "shop") as dsn:
                with load(dsn, rows=self.rows, clients=self.clients) as working:
                    found = way(working)
                column = OLD if name == "no change" else NEW
                self.found[name] = replace(found, differing=shop.differing(dsn, column, self.rows))
            noticed = found.figures
            say(f"{name}: {found.seconds:,.0f} s, longest {noticed.longest:,.0f} ms, failed {noticed.failed:,}")

    def choose(self, dsn: str) -> None:
        """The whole migration; the rename alone where pgwright refuses that."""
        with tempfile.TemporaryDirectory() as place:
            try:
                Project.of(Path(place), dsn, self.migration.text)
            except (Refused, MigrationFileError) as refused:
                self.skipped.append(f"SET NOT NULL: {sentence(refused)}")
                self.migration = RENAME

    def nothing(self, working: Load) -> Found:
        """The application alone."""
        application = working.application(Version(column=OLD))
        before = database.sizes(working.dsn, shop.TABLE)
        started = time.monotonic()
        working.warm(application, self.rate)
        time.sleep(self.calm)
        working.stop(application)
        return Found(
            figures=working.figures(),
            before=before,
            after=database.sizes(working.dsn, shop.TABLE),
            seconds=time.monotonic() - started,
        )

    def both(self, working: Load, begin: Callable[[], None], end: Callable[[], None]) -> Found:
        """The old version works; `begin`; both; the old one leaves; `end`."""
        old, new = working.application(Version(column=OLD)), working.application(Version(column=NEW))
        before = database.sizes(working.dsn, shop.TABLE)
        started = time.monotonic()
        working.warm(old, self.rate)
        begin()
        old.go(self.rate / 2)
        new.go(self.rate / 2)
        time.sleep(min(self.calm, 5.0))
        working.stop(old)
        new.go(self.rate)
        end()
        seconds = time.monotonic() - started
        after = database.sizes(working.dsn, shop.TABLE)
        working.stop(new)
        return Found(figures=working.figures(), before=before, after=after, seconds=seconds)

    def by_hand(self, working: Load) -> Found:
        """The statements that are found in most instructions."""
        taken: list[float] = []

        def begin() -> None:
            with psycopg.connect(working.dsn, autocommit=True) as connection:
                connection.execute(f"BEGIN; {ADD}; {KEEP}; COMMIT".encode())
                started = time.monotonic()
                connection.execute(FILL.encode())
                taken.append(time.monotonic() - started)
                if self.migration is RENAME_NOT_NULL:
                    connection.execute(PROVE.encode())

        def end() -> None:
            with psycopg.connect(working.dsn, autocommit=True) as connection:
                connection.execute(f"BEGIN; {DROP}; COMMIT".encode())

        found = self.both(working, begin, end)
        return replace(found, fill=taken[0], filled=self.rows)

    def pgwright(self, working: Load) -> Found:
        """Expand and contract, each a process of its own."""
        with tempfile.TemporaryDirectory() as place:
            project = Project.of(Path(place), working.dsn, self.migration.text)
            runs = []
            found = self.both(
                working, lambda: runs.append(project.run("expand")), lambda: runs.append(project.run("contract"))
            )
        return replace(
            found,
            fill=runs[0].backfill_seconds,
            filled=runs[0].rows,
            peak_mb=max(run.peak_mb for run in runs),
        )

    def report(self) -> Report:
        """What was found."""
        ours = self.found["pgwright"]
        goals = (
            Goal(
                promise=f"peak memory of the process at most {MOST:.0f} MB",
                found=f"{ours.peak_mb:,.0f} MB",
                kept=ours.peak_mb <= MOST,
            ),
            Goal(promise="failed statements, 0", found=f"{ours.figures.failed:,}", kept=ours.figures.failed == 0),
            Goal(promise="rows lost or different, 0", found=f"{ours.differing:,}", kept=ours.differing == 0),
        )
        head = ("", *self.found)
        return Report(
            tables=(Table(title=f"{self.migration.name} of {self.rows:,} rows", head=head, rows=cells(self.found)),),
            goals=goals,
            skipped=tuple(self.skipped),
            caution=caution(self.found["no change"].figures.longest),
            facts=part(self.rate, self.clients),
            figures={name: asdict(each) for name, each in self.found.items()},
        )


def measure(options: Options) -> Report:
    """About a quarter of an hour, and 20 GB of disk."""
    require_room(options.rows or ROWS)
    with database.server(options) as running:
        whole = TenMillion(running, options)
        try:
            whole.measure()
        except Stopped as stopped:
            raise SystemExit(f"ten_million: pgwright stopped: {stopped}") from stopped
        return whole.report()
