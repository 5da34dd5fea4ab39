"""Query plans for tests: captured from a server, and the statements of `tests/diagnose/accounting/statements.sql`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from pgwright.diagnose.query_plan.forms import json_
from pgwright.diagnose.query_plan.model import QueryPlan

FILE = Path(__file__).resolve().parents[1] / "diagnose" / "accounting" / "statements.sql"
PARALLEL = ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size")

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A named statement; `settings` are SET LOCAL statements for its transaction."""

    name: str
    settings: tuple[str, ...]
    sql: str


@cache
def hard() -> tuple[str, tuple[Statement, ...]]:
    """The script that makes the tables, and the statements whose plans are hard to account for."""
    setup, *parts = FILE.read_text(encoding="utf-8").split("-- name: ")
    return setup, tuple(_statement(part) for part in parts)


def _statement(part: str) -> Statement:
    name, *lines = part.strip().splitlines()
    settings = [line for line in lines if line.startswith("SET LOCAL ")]
    if "-- parallel" in lines:
        settings += [f"SET LOCAL {name} = 0;" for name in PARALLEL]
    query = [line for line in lines if not line.startswith(("SET LOCAL ", "-- "))]
    return Statement(name=name, settings=tuple(settings), sql="\n".join(query).strip().rstrip(";"))


def captured(connection: Connection, statement: Statement, options: str) -> QueryPlan:
    """The plan of a statement by EXPLAIN (`options`, FORMAT JSON), rolled back."""
    with connection.transaction(force_rollback=True):
        for each in statement.settings:
            connection.execute(each.encode())
        row = connection.execute(f"EXPLAIN ({options}, FORMAT JSON) {statement.sql}".encode()).fetchone()
    assert row is not None
    return json_.from_value(row[0])
