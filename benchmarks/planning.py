"""Seconds to plan 500 operations on a catalog of 10,000 tables against the promised two.

The operations are of ten kinds, each on a table of its own, in fifty migrations; every table has rows, as far as the
catalog can tell. The catalog is read before and its time is not in the figure (`catalog` measures it); what the plan
asks the server, which tries types, expressions and indexes on temporary tables, is.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from pgwright.api import _planning
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.plan import files, planner
from pgwright.evolve.plan.files import Migration

from .catalog import MAKE
from .ratio import Ratio
from .support import database, report
from .support.options import Options
from .support.report import Report, Table

TABLES, OPERATIONS, RUNS, PROMISED = 10_000, 500, 3, 2.0
FORMS = (
    "ALTER TABLE t{n} ADD COLUMN c{n} int",
    "ALTER TABLE t{n} ADD COLUMN c text NOT NULL DEFAULT 'x'",
    "ALTER TABLE t{n} RENAME COLUMN a TO z{n}",
    "ALTER TABLE t{n} ALTER COLUMN b TYPE bigint",
    "ALTER TABLE t{n} ALTER COLUMN b SET NOT NULL",
    "ALTER TABLE t{n} ALTER COLUMN a DROP NOT NULL",
    "ALTER TABLE t{n} ADD CHECK (b < {n})",
    "ALTER TABLE t{n} DROP COLUMN b",
    "CREATE INDEX ON t{n} (a, b)",
    "COMMENT ON COLUMN t{n}.a IS 'x'",
)
FULL = "UPDATE pg_class SET relpages = 100, reltuples = 10000 WHERE relname ~ '^t[0-9]+$' AND relkind = 'r'"
"""As if every table had rows: without them many operations have less to do."""


def measure(options: Options) -> Report:
    """The best of some plans; `--rows` is the number of tables."""
    tables = options.rows or TABLES
    operations = min(OPERATIONS, tables)
    settings = {"fsync": "off", "max_locks_per_transaction": "1024", "allow_system_table_mods": "on"}
    with database.server(options, settings) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            for first in range(1, tables + 1, 1000):
                connection.execute(MAKE.format(first=first, last=min(first + 999, tables)))
            connection.execute("VACUUM ANALYZE pg_class, pg_attribute, pg_index, pg_constraint, pg_depend")
            connection.execute(FULL)
        times = timed(server.dsn(), migrations(operations), options.rounds or RUNS)
    made = report.of_ratios([
        Ratio(
            name=f"plan of {operations:,} operations", unit="s", ours=min(times), theirs=PROMISED,
            against=f"{tables:,} tables", most=1.0,
        )
    ])  # fmt: skip
    head = ("", "seconds")
    rows = tuple((f"run {number}", f"{seconds:.2f}") for number, seconds in enumerate(times, 1))
    return Report(tables=(*made.tables, Table(title="Each run", head=head, rows=rows)), goals=made.goals,
                  figures={"seconds": times, "tables": tables, "operations": operations})  # fmt: skip


def migrations(operations: int) -> tuple[Migration, ...]:
    """Ten operations in each file, no table twice."""
    found = []
    for number in range(1, operations + 1, len(FORMS)):
        text = ";\n".join(form.format(n=number + place) for place, form in enumerate(FORMS)) + ";\n"
        found.append(files.from_text(text, path=Path(f"{number:04}_change.sql")))
    return tuple(found)


def timed(dsn: str, wanted: Sequence[Migration], runs: int) -> list[float]:
    """Seconds of each plan, the catalog apart."""
    times = []
    for _ in range(runs):
        with session.open(dsn, name="plan") as connection:
            connection.read_only = False
            catalog = _planning.snapshot(Settings(dsn=dsn), connection)
            started = time.monotonic()
            plan = planner.make(wanted, _planning.sources(connection, catalog, frozenset()))
            times.append(time.monotonic() - started)
        if sum(len(each.operations) for each in plan.migrations) < min(OPERATIONS, len(catalog.tables)):
            raise AssertionError("not all operations were planned")
    return times
