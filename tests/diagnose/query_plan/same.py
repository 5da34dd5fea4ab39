"""Runs a statement once, and gives its plan in JSON and in another form.

EXPLAIN (ANALYZE, FORMAT JSON) answers the client, and auto_explain sends the plan of the same execution, in the form
that it was set to, as a notice: so times, rows and blocks are those of one run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from pgwright.diagnose.query_plan.model import Value
from tests.diagnose.query_plan.statements import Statement
from tests.support.databases import Database

AUTO = ("analyze", "buffers", "wal", "settings", "triggers", "timing")


class Runner:
    """A connection whose notices are kept; `both` explains a statement and takes everything back."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection
        self._notices: list[str] = []
        connection.add_notice_handler(lambda notice: self._notices.append(notice.message_primary or ""))
        connection.adapters.register_loader("json", TextLoader)

    def both(self, statement: Statement, form: str, *, verbose: bool) -> tuple[str, str]:
        """The answer in JSON, and what auto_explain says of the same run in `form`."""
        with self.prepared(statement):
            self._set({f"auto_explain.log_{name}": "on" for name in AUTO})
            self._set({"auto_explain.log_min_duration": "0", "auto_explain.log_level": "notice"})
            self._set({"auto_explain.log_verbose": "on" if verbose else "off", "auto_explain.log_format": form})
            self._set({"client_min_messages": "notice", "track_io_timing": "on"})
            self._notices.clear()
            options = f"ANALYZE, BUFFERS, WAL, SETTINGS, VERBOSE {'on' if verbose else 'off'}, FORMAT JSON"
            return self.explain(statement, options), self._notices[-1]

    @contextmanager
    def prepared(self, statement: Statement) -> Iterator[None]:
        """In a transaction in which all is set and made that the statement wants."""
        try:
            self._connection.execute("LOAD 'auto_explain'")
            self._set(statement.settings)
            for each in statement.before:
                self._connection.execute(each)
            yield
        finally:
            self._connection.rollback()
            self._connection.execute("DEALLOCATE ALL")
            self._connection.commit()

    def explain(self, statement: Statement, options: str) -> str:
        """What EXPLAIN answers, as one text."""
        rows = self._connection.execute(f"EXPLAIN ({options}) {statement.sql}").fetchall()
        return "\n".join(row[0] for row in rows)

    def _set(self, settings: dict[str, str]) -> None:
        for name, value in settings.items():
            self._connection.execute("SELECT set_config(%s, %s, true)", [name, value])


@contextmanager
def runner(database: Database) -> Iterator[Runner]:
    with database.connect(autocommit=False) as connection:
        yield Runner(connection)


def differences(one: Value, other: Value, path: str = "") -> Iterator[str]:
    """Where two documents differ, in value or in type."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                yield f"{path}.{key}: only in {'JSON' if key in other else 'the other'}: {(one | other)[key]!r}"[:300]
            else:
                yield from differences(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (each, its) in enumerate(zip(one, other, strict=True)):
            yield from differences(each, its, f"{path}[{number}]")
    elif one != other or type(one) is not type(other):
        yield f"{path}: {one!r}, in JSON {other!r}"[:400]
