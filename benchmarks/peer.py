"""The same changes by pgroll and by pgwright, under the same load.

pgroll is built from the Go module proxy in the version that stands below and used as its documentation says: the table
belongs to its first migration, each version of the application names its version schema as search_path, `start` while
the old version works, then both, then the old one leaves, and `complete`. pgwright does expand, both, contract, with
both versions in one schema. Both begin with the same rows, analysed. Each write of the application repeats itself
in a mirror table in its own transaction; at the end the table is held against it. The load is half of what the machine
can do with the table as it is, by a timetable, and latencies count from the intended start. A failure counts
in the phase in which it happens, a stall in that in which its transaction should have begun.

A rename is a name in a view for pgroll, and nothing is copied; pgwright is measured by the strategy that it chooses
itself, and by `copy`, which also serves renames that change values. NOT NULL copies the column in pgroll.

It does not show: what happens when somebody holds the table (see *stall*), a crash in the middle, several changes in
flight, and all that one of the two does and the other does not.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg

from pgwright.base.errors import MigrationFileError, Refused
from pgwright.evolve.steps.step import Kind
from pgwright.server.private import PrivateServer

from .support import database, pgroll, shop
from .support.client import now
from .support.load import CLIENTS, Application, Figures, Load, Version, capacity, load
from .support.migrations import NEW, NOT_NULL, OLD, RENAME, Migration
from .support.options import Options
from .support.pgroll import Pgroll
from .support.project import Project, Stopped, sentence
from .support.report import Goal, Report, Table, caution, spread

ROWS, ROUNDS, CALM = 300_000, 3, 5.0
PHASES = ("before", "start", "both", "complete", "after")
CHANGE = "02_change"
# Enough to know the statements of the application when the plan is made.
SETTINGS = {"shared_preload_libraries": "pg_stat_statements"}


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One change by both; `ours` are the migrations of pgwright by how they are called in the table, `copies` says
    whether pgroll copies a column for it."""

    name: str
    column: str
    theirs: str
    ours: dict[str, Migration]
    copies: bool


CONTESTS = (
    Contest(
        name="rename",
        column=NEW,
        theirs=f"operations:\n  - rename_column: {{table: accounts, from: {OLD}, to: {NEW}}}\n",
        ours={
            "own choice": Migration(
                name="rename",
                plain=RENAME.plain,
                text=f"ALTER TABLE accounts RENAME COLUMN {OLD} TO {NEW};\n",
                column=NEW,
            ),
            "copy": RENAME,
        },
        copies=False,
    ),
    Contest(
        name="SET NOT NULL",
        column=OLD,
        theirs=f"""operations:
  - alter_column: {{table: accounts, column: {OLD}, nullable: false, up: "coalesce({OLD}, '')", down: {OLD}}}
""",
        ours={
            "pgwright": Migration(
                name="SET NOT NULL", plain=NOT_NULL.plain, text=f"-- pgwright: on_null = ''\n{NOT_NULL.text}"
            )
        },
        copies=True,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One run: what was noticed per phase and altogether, seconds of both halves, and rows that differ at the end."""

    copied: bool
    phases: dict[str, Figures]
    whole: Figures
    start: float
    complete: float
    differing: int


def measure(options: Options) -> Report:
    """About three minutes a round, and once two for building pgroll."""
    try:
        program = pgroll.build()
    except pgroll.Unbuilt as unbuilt:
        return Report(tables=(), skipped=(str(unbuilt),))
    with database.server(options, SETTINGS) as running:
        peer = Peer(running, program, options)
        peer.prepare()
        for number in range(1, peer.rounds + 1):
            for contest in CONTESTS:
                peer.round(number, contest)
        return peer.report()


class Peer:
    """The whole contest."""

    def __init__(self, running: PrivateServer, program: Path, options: Options) -> None:
        self.running, self.program = running, program
        self.rows = options.rows or ROWS
        self.rounds = options.rounds or ROUNDS
        self.clients = options.clients or CLIENTS
        self.calm = CALM if options.calm is None else options.calm
        self.rate = 0.0
        self.found: dict[tuple[str, str], list[Found]] = {}
        self.skipped: dict[str, str] = {}

    def prepare(self) -> None:
        """The same rows twice, once as a database of pgroll; and how fast the application is."""
        script = f"CREATE EXTENSION pg_stat_statements; {shop.script(self.rows)}"
        database.make(self.running, "ours", script)
        with psycopg.connect(self.running.dsn(), autocommit=True) as connection:
            connection.execute('CREATE DATABASE "theirs"')
        self.pgroll("theirs").prepare()
        filled = script.replace(shop.CREATE, "")
        with psycopg.connect(self.running.dsn("theirs"), autocommit=True) as connection:
            connection.execute(filled.encode())
            connection.execute("VACUUM (ANALYZE)")
        with database.copy(self.running, "ours") as dsn:
            self.rate = 0.5 * capacity(
                dsn, Version(column=OLD), rows=self.rows, clients=self.clients, seconds=max(self.calm, 1.0)
            )

    def pgroll(self, name: str) -> Pgroll:
        """The program for a database."""
        return Pgroll(program=self.program, url=pgroll.url(self.running, name))

    def round(self, number: int, contest: Contest) -> None:
        """Each once, in turns; pgwright first, because it may refuse."""
        for way, migration in contest.ours.items():
            key = (contest.name, f"pgwright, {way}" if len(contest.ours) > 1 else way)
            if contest.name in self.skipped:
                return
            try:
                self.note(number, key, self.ours(contest, migration))
            except (Refused, MigrationFileError) as refused:
                self.skipped[contest.name] = sentence(refused)
                return
            except Stopped as stopped:
                raise SystemExit(f"peer: pgwright stopped: {stopped}") from stopped
        self.note(number, (contest.name, f"pgroll {pgroll.VERSION}"), self.theirs(contest))

    def note(self, number: int, key: tuple[str, str], found: Found) -> None:
        """Writes down what was found."""
        self.found.setdefault(key, []).append(found)
        print(
            f"  {number}. {', '.join(key)}: failed {found.whole.failed:,}, longest {found.whole.longest:,.0f} ms, "
            f"differing {found.differing:,}",
            file=sys.stderr,
            flush=True,
        )

    def ours(self, contest: Contest, migration: Migration) -> Found:
        """By pgwright. The plan is made while the application works, so that its statements are known."""
        with database.copy(self.running, "ours") as dsn, tempfile.TemporaryDirectory() as place:
            with load(dsn, rows=self.rows, clients=self.clients) as working:
                old, new = working.application(Version(column=OLD)), working.application(Version(column=contest.column))
                project: list[Project] = []
                run = Halves(
                    copies=lambda: any(step.kind is Kind.BACKFILL for step in project[0].steps),
                    prepare=lambda: project.append(Project.of(Path(place), dsn, migration.text)),
                    start=lambda: project[0].run("expand"),
                    complete=lambda: project[0].run("contract"),
                )
                found = self.play(working, old, new, run)
            return self.judged(found, dsn, contest.column)

    def theirs(self, contest: Contest) -> Found:
        """By pgroll."""
        with database.copy(self.running, "theirs") as dsn:
            program = self.pgroll(dsn.rpartition("/")[2])
            with load(dsn, rows=self.rows, clients=self.clients) as working:
                old = working.application(Version(column=OLD, setup=pgroll.path_of(pgroll.FIRST)))
                new = working.application(Version(column=contest.column, setup=pgroll.path_of(CHANGE)))
                run = Halves(
                    copies=lambda: contest.copies,
                    prepare=lambda: None,
                    start=lambda: program.migrate(CHANGE, contest.theirs),
                    complete=lambda: program.run("complete"),
                )
                found = self.play(working, old, new, run)
            return self.judged(found, dsn, contest.column)

    def play(self, working: Load, old: Application, new: Application, run: Halves) -> Found:
        """The old version alone, `start`, both, `complete` when the old one has left, and the new one alone."""
        marks: list[int] = []
        working.warm(old, self.rate)
        marks.append(now())
        time.sleep(self.calm)
        run.prepare()
        marks.append(now())
        start = took(run.start)
        marks.append(now())
        old.go(self.rate / 2)
        new.go(self.rate / 2)
        time.sleep(self.calm)
        working.stop(old)
        new.go(self.rate)
        marks.append(now())
        complete = took(run.complete)
        marks.append(now())
        time.sleep(self.calm)
        working.stop(new)
        ends = [*marks[1:], sys.maxsize]
        spans = zip(PHASES, marks, ends, strict=True)
        return Found(
            copied=run.copies(),
            phases={name: working.noticed.figures(begin, end) for name, begin, end in spans},
            whole=working.figures(),
            start=start,
            complete=complete,
            differing=0,
        )

    def judged(self, found: Found, dsn: str, column: str) -> Found:
        """With the rows that are not what the application said."""
        return replace(found, differing=shop.differing(dsn, column, self.rows))

    def report(self) -> Report:
        """What was found, over all rounds."""
        ours = {key: runs for key, runs in self.found.items() if key[1].startswith("pgwright")}
        goals = []
        before = [each.phases["before"].longest for runs in self.found.values() for each in runs]
        for key, runs in ours.items():
            failed, differing = (sum(each.whole.failed for each in runs), sum(each.differing for each in runs))
            goals.append(Goal(promise=f"{', '.join(key)}: failed statements, 0", found=f"{failed:,}", kept=failed == 0))
            promise = f"{', '.join(key)}: rows lost or different, 0"
            goals.append(Goal(promise=promise, found=f"{differing:,}", kept=differing == 0))
        return Report(
            tables=tuple(
                Table(title=title, head=head, rows=tuple(map(cells, self.found)))
                for title, head, cells in (
                    ("Failed statements by phase", ("", *PHASES), self.failures),
                    ("Longest stall by phase, ms", ("", *PHASES), self.stalls),
                    ("The change as a whole", HEAD, self.cells),
                )
                if self.found
            ),
            goals=tuple(goals),
            skipped=tuple(f"{name}: {reason}" for name, reason in self.skipped.items()),
            caution=caution(max(before, default=0.0)),
            facts={
                "rows": f"{self.rows:,}",
                "load": f"{self.rate:,.0f} transactions/s, half of the capacity, with {self.clients} connections",
                "pgroll": f"{pgroll.VERSION}, its own defaults",
                "rounds": f"{self.rounds}; median (lowest to highest)",
                **self.reasons(),
            },
            figures={", ".join(key): [asdict(each) for each in runs] for key, runs in self.found.items()},
        )

    def failures(self, key: tuple[str, str]) -> tuple[str, ...]:
        """A row of the first table."""
        runs = self.found[key]
        return (", ".join(key), *(spread([each.phases[phase].failed for each in runs], ",.0f") for phase in PHASES))

    def stalls(self, key: tuple[str, str]) -> tuple[str, ...]:
        """A row of the second table."""
        runs = self.found[key]
        return (", ".join(key), *(spread([each.phases[phase].longest for each in runs], ",.0f") for phase in PHASES))

    def cells(self, key: tuple[str, str]) -> tuple[str, ...]:
        """A row of the third table. Rows a second are those of the whole first half, because one of the two tells
        nothing of its passes."""
        runs = self.found[key]
        calm = statistics.median(each.phases["before"].longest for each in runs)
        return (
            ", ".join(key),
            f"{spread([each.whole.longest for each in runs], ',.0f')} ms",
            f"{statistics.median(each.whole.longest for each in runs) / calm:,.1f}x",
            f"{spread([each.start for each in runs])} s",
            f"{spread([each.complete for each in runs])} s",
            f"{spread([self.rows / each.start for each in runs], ',.0f')}" if runs[0].copied else "no copy",
            spread([each.differing for each in runs], ",.0f"),
        )

    def reasons(self) -> dict[str, str]:
        """Why statements failed, the most frequent reason of each."""
        found = {}
        for key, runs in self.found.items():
            reasons = [reason for each in runs for reason in each.whole.reasons]
            if reasons:
                text, number = max(reasons, key=lambda reason: reason[1])
                found[f"failed in {', '.join(key)}"] = f"{number:,} times {text}"
        return found


HEAD = ("", "longest stall", "of before", "start", "complete", "rows/s of start", "rows differing")


@dataclass(frozen=True, kw_only=True)
class Halves:
    """What is done: `prepare` while the old version works, `start`, and `complete` when it has left; and whether that
    copied a column."""

    copies: Callable[[], bool]
    prepare: Callable[[], object]
    start: Callable[[], object]
    complete: Callable[[], object]


def took(work: Callable[[], object]) -> float:
    """Seconds of it, the start of its process included."""
    started = time.monotonic()
    work()
    return time.monotonic() - started
