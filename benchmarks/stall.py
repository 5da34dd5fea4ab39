"""What an application notices of a change, with a forgotten session in front of every strong lock.

The application (four connections, half reads, half writes in transactions of their own) works by a timetable at half
of what this machine can do with it, measured before. A latency counts from the moment at which the transaction should
have begun. Three times each, in turns, on fresh copies of one table: *no change*; *plain SQL*, as one would type it;
and *pgwright*, expand and contract. Before the plain statement, and before each step of pgwright that takes a strong
lock, another session writes to the table and stays in its transaction for ten seconds; in *no change* it does so too,
again and again. With plain SQL the new version of the application takes over in the moment in which the rename is done;
with pgwright it works beside the old one first. The goal holds the longest stall of all rounds against that of *no
change* in the middle one of its rounds.

It does not show: a machine that is busier than half, clients behind a network, and what the triggers cost each write
(see *overhead*).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psycopg

from pgwright.base.errors import MigrationFileError, Refused
from pgwright.server.private import PrivateServer

from .support import database, shop
from .support.blocker import Blocker
from .support.load import CLIENTS, Figures, Load, Version, capacity, load
from .support.migrations import OLD, STALLED, Migration
from .support.options import Options
from .support.project import Project, Stopped, sentence
from .support.report import Goal, Report, Table, caution, spread

ROWS, ROUNDS, HOLD, CALM = 200_000, 3, 10.0, 5.0
SHARE = 0.5
ABOVE = 100.0
NO_CHANGE = "no change"


class Stall:
    """One run: the server, how fast the application works, and what was found. `changes` are what is measured."""

    changes: tuple[Migration, ...] = STALLED

    def __init__(self, running: PrivateServer, options: Options) -> None:
        self.running = running
        self.rows = options.rows or ROWS
        self.rounds = options.rounds or ROUNDS
        self.clients = options.clients or CLIENTS
        self.hold = HOLD if options.hold is None else options.hold
        self.calm = CALM if options.calm is None else options.calm
        self.found: dict[tuple[str, str], list[Figures]] = {}
        self.skipped: dict[str, str] = {}
        self.longest = 3 * self.hold
        self.capacity = 0.0

    @property
    def rate(self) -> float:
        """Transactions a second of the application."""
        return SHARE * self.capacity

    def measure(self) -> None:
        """All of it."""
        database.make(self.running, "shop", shop.script(self.rows))
        with database.copy(self.running, "shop") as dsn:
            self.capacity = capacity(
                dsn, Version(column=OLD), rows=self.rows, clients=self.clients, seconds=max(self.calm, 1.0)
            )
        say(f"capacity {self.capacity:,.0f} transactions/s, the load is half of it")
        for number in range(1, self.rounds + 1):
            for migration in self.changes:
                if migration.name not in self.skipped:
                    self.variant(f"{number}. pgwright, {migration.name}", (migration.name, "pgwright"), migration)
            for migration in self.changes:
                if migration.name not in self.skipped:
                    self.variant(f"{number}. plain SQL, {migration.name}", (migration.name, "plain SQL"), migration)
            self.variant(f"{number}. {NO_CHANGE}", (NO_CHANGE, ""), None)

    def variant(self, title: str, key: tuple[str, str], migration: Migration | None) -> None:
        """One of the three ways, on a fresh copy."""
        begun = time.monotonic()
        with database.copy(self.running, "shop") as dsn, tempfile.TemporaryDirectory() as folder:
            with load(dsn, rows=self.rows, clients=self.clients) as working:
                if migration is None:
                    self.nothing(working)
                elif key[1] == "plain SQL":
                    self.changed(working, migration, lambda: self.plain(dsn, migration), lambda: None, beside=False)
                else:
                    try:
                        project = Project.of(Path(folder), dsn, migration.text)
                    except (Refused, MigrationFileError) as refused:
                        self.skipped[migration.name] = sentence(refused)
                        return
                    self.changed(
                        working,
                        migration,
                        lambda: self.run(project, "expand"),
                        lambda: self.run(project, "contract"),
                        beside=True,
                    )
                    # As long as the longest of them: a longer time has a longer longest stall.
                    self.longest = max(self.longest, time.monotonic() - begun)
            self.keep(title, key, working.figures())

    def keep(self, title: str, key: tuple[str, str], figures: Figures) -> None:
        """Writes down what was found."""
        self.found.setdefault(key, []).append(figures)
        say(f"{title}: longest {figures.longest:,.0f} ms, failed {figures.failed:,} of {figures.transactions:,}")

    def nothing(self, working: Load) -> None:
        """The same load and the same forgotten sessions, and no change."""
        application = working.application(Version(column=OLD))
        working.warm(application, self.rate)
        end = time.monotonic() + self.longest
        while (left := end - time.monotonic()) > 0:
            with Blocker(working.dsn, self.hold):
                time.sleep(min(self.hold, left))
        working.stop(application)

    def changed(
        self, working: Load, migration: Migration, begin: Callable[[], None], end: Callable[[], None], *, beside: bool
    ) -> None:
        """The old version works; `begin`; the new one joins it (`beside`) or takes its place; `end`."""
        old = working.application(Version(column=OLD))
        new = working.application(Version(column=migration.column)) if migration.renames else old
        working.warm(old, self.rate)
        time.sleep(self.calm)
        begin()
        if migration.renames:
            new.go(self.rate / 2 if beside else self.rate)
            if beside:
                old.go(self.rate / 2)
                time.sleep(self.calm)
                new.go(self.rate)
            working.stop(old)
        end()
        time.sleep(self.calm)
        working.stop(new)

    def plain(self, dsn: str, migration: Migration) -> None:
        """The statement as one would type it."""
        with Blocker(dsn, self.hold), psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(migration.plain.encode())

    def run(self, project: Project, verb: str) -> None:
        """A verb of pgwright."""
        project.run(verb, hold=self.hold)

    @property
    def ordinary(self) -> float:
        """The longest stall without a change, in the middle one of the rounds."""
        return statistics.median(each.longest for each in self.found[NO_CHANGE, ""])

    def report(self) -> Report:
        """What was found, over all rounds."""
        goals: list[Goal] = []
        calm = self.ordinary
        for (change, way), rounds in self.found.items():
            if way != "pgwright":
                continue
            failed, above = sum(each.failed for each in rounds), max(each.longest for each in rounds) - calm
            goals.append(Goal(promise=f"{change}: failed statements, 0", found=f"{failed:,}", kept=failed == 0))
            goals.append(
                Goal(
                    promise=f"{change}: longest stall of all rounds less than {ABOVE:.0f} ms above no change",
                    found=f"{above:,.0f} ms above",
                    kept=above < ABOVE,
                )
            )
        order = sorted(self.found, key=lambda key: (key[0] != NO_CHANGE, key[0], key[1]))
        return Report(
            tables=(Table(title="What the application noticed", head=HEAD, rows=tuple(map(self.cells, order))),),
            goals=tuple(goals),
            skipped=tuple(f"{name}: {reason}" for name, reason in self.skipped.items()),
            caution=caution(self.ordinary),
            facts={
                "rows": f"{self.rows:,}",
                "capacity": f"{self.capacity:,.0f} transactions/s with {self.clients} connections",
                "load": f"{self.rate:,.0f} transactions/s",
                "forgotten sessions": f"{self.hold:g} s each",
                "rounds": f"{self.rounds}; median (lowest to highest)",
            },
            figures={" ".join(key).strip(): [asdict(each) for each in rounds] for key, rounds in self.found.items()},
        )

    def cells(self, key: tuple[str, str]) -> tuple[str, ...]:
        """A row of the table."""
        rounds = self.found[key]
        return (
            " by ".join(filter(None, key)),
            spread([each.transactions for each in rounds], ",.0f"),
            spread([each.failed for each in rounds], ",.0f"),
            f"{spread([each.p999 for each in rounds])} ms",
            f"{spread([each.longest for each in rounds], ',.0f')} ms",
            f"{statistics.median(each.longest for each in rounds) / self.ordinary:,.1f}x",
        )


HEAD = ("", "transactions", "failed", "p99.9", "longest stall", "of no change")


def measure(options: Options) -> Report:
    """About five minutes a round."""
    with database.server(options) as running:
        stall = Stall(running, options)
        try:
            stall.measure()
        except Stopped as stopped:
            raise SystemExit(f"stall: pgwright stopped: {stopped}") from stopped
        return stall.report()


def say(text: str) -> None:
    """Progress, on standard error."""
    print(f"  {text}", file=sys.stderr, flush=True)
