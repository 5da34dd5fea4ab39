"""Each kind of change on one large table under load: as one would type it, and by pgwright.

The load and its timetable are those of *stall*, without forgotten sessions: what is seen is what the change itself does
to an application. `failed` are its statements that failed, `longest stall` the longest that one of its transactions
waited, `seconds` what the whole change took, expand and contract together, each a process of its own. A change that
pgwright refuses is listed with its sentence. No stall is promised here: a pass and a load of half the capacity have two
processors between them.

It does not show: what a queue behind somebody else's lock does (see *stall*), and other sizes of rows.
"""

from __future__ import annotations

import time
from dataclasses import replace

import psycopg

from pgwright.server.private import PrivateServer

from .stall import NO_CHANGE, Stall
from .support import database
from .support.load import Load, Version
from .support.migrations import INDEX, NOT_NULL, OLD, RENAME, Migration
from .support.options import Options
from .support.project import Project, Stopped
from .support.report import Report, Table, spread

ROWS, ROUNDS = 1_000_000, 1
T = "ALTER TABLE accounts"


def _of(name: str, plain: str, above: str = "") -> Migration:
    return Migration(name=name, plain=plain, text=f"{above}{plain};\n")


CHANGES = (
    RENAME,
    NOT_NULL,
    INDEX,
    _of("ADD COLUMN", f"{T} ADD COLUMN extra int"),
    _of("ADD COLUMN, volatile DEFAULT", f"{T} ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()"),
    _of("TYPE text to varchar(200)", f"{T} ALTER COLUMN note TYPE varchar(200)"),
    _of("TYPE text to varchar", f"{T} ALTER COLUMN note TYPE varchar"),
    _of("ADD CHECK", f"{T} ADD CONSTRAINT positive CHECK (id > 0)"),
    _of("ADD UNIQUE", f"{T} ADD CONSTRAINT once UNIQUE (id, balance)"),
    _of("SET DEFAULT", f"{T} ALTER COLUMN balance SET DEFAULT 1"),
)
"""One of each way of doing things."""


class Matrix(Stall):
    """As `Stall`, with nobody in the way, and with how long each change takes."""

    changes = CHANGES

    def __init__(self, running: PrivateServer, options: Options) -> None:
        own = replace(options, rows=options.rows or ROWS, rounds=options.rounds or ROUNDS, hold=0.0)
        super().__init__(running, own)
        self.took: dict[tuple[str, str], list[float]] = {}
        self.longest = 3 * self.calm

    def variant(self, title: str, key: tuple[str, str], migration: Migration | None) -> None:
        """One way, on a fresh copy."""
        self.took.setdefault(key, []).append(0.0)
        self.key = key
        super().variant(title, key, migration)

    def nothing(self, working: Load) -> None:
        """The same load, and no change."""
        application = working.application(Version(column=OLD))
        working.warm(application, self.rate)
        time.sleep(self.longest)
        working.stop(application)

    def plain(self, dsn: str, migration: Migration) -> None:
        """The statement as one would type it."""
        begun = time.monotonic()
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(migration.plain.encode())
        self.took[self.key][-1] += time.monotonic() - begun

    def run(self, project: Project, verb: str) -> None:
        """A verb of pgwright."""
        self.took[self.key][-1] += project.run(verb, allow=("destructive", "rewrite")).seconds

    def cells(self, key: tuple[str, str]) -> tuple[str, ...]:
        """A row of the table."""
        rounds = self.found[key]
        return (
            " by ".join(filter(None, key)),
            spread([each.failed for each in rounds], ",.0f"),
            f"{spread([each.longest for each in rounds], ',.0f')} ms",
            f"{spread(self.took[key], ',.2f')} s" if key[1] else "",
        )

    def report(self) -> Report:
        """As that of `Stall`, with the seconds."""
        made = super().report()
        order = sorted(self.found, key=lambda key: (key[0] != NO_CHANGE, key[0], key[1]))
        table = Table(title="Each change under load", head=HEAD, rows=tuple(map(self.cells, order)))
        took = {" ".join(key).strip(): seconds for key, seconds in self.took.items() if key[1]}
        facts = {name: value for name, value in made.facts.items() if name != "forgotten sessions"}
        goals = tuple(each for each in made.goals if "failed" in each.promise)
        return replace(made, tables=(table,), goals=goals, facts=facts, figures={**made.figures, "seconds": took})


HEAD = ("", "failed", "longest stall", "seconds")


def measure(options: Options) -> Report:
    """About a quarter of an hour a round."""
    with database.server(options) as running:
        matrix = Matrix(running, options)
        try:
            matrix.measure()
        except Stopped as stopped:
            raise SystemExit(f"matrix: pgwright stopped: {stopped}") from stopped
        return matrix.report()
