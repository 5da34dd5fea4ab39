"""Asks the server whether it would run a statement, in a transaction that is rolled back.

For statements that lock no table in earnest only: who asks looks at the declared locks first. So what PostgreSQL
refuses is refused with its own words, before anything is begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

_NOT_ABOUT_IT = ("08", "25", "40", "53", "55", "57", "58")
"""SQLSTATE classes that say nothing about the statement."""
_NOT_THERE = ("42P01", "42703", "42883", "42704", "3F000", "2BP01", "42P07", "42710", "42723", "42P06")
"""What may come of an earlier statement of the plan that was not run before it: something is not there yet, or is
there still."""


_SETTINGS = (
    "SELECT set_config('lock_timeout', '50ms', true), set_config('statement_timeout', '5s', true), "
    "set_config('client_min_messages', 'error', true)"
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the server says against a statement. `early` tells that an earlier statement may change that."""

    message: str
    sqlstate: str
    detail: tuple[str, ...] = ()
    hint: str = ""
    early: bool = False


def try_statements(connection: Connection, statements: Sequence[str]) -> Trial | None:
    """What the server says against the last of `statements` when they run one after another; None for nothing, and
    where one before it could not be run. Raises nothing that is about the statements."""
    import psycopg

    try:
        with connection.transaction(force_rollback=True):
            connection.execute(";\n".join([_SETTINGS, *statements[:-1]]).encode())
            try:
                connection.execute(statements[-1].encode())
            except psycopg.Error as error:
                return _told(error)
    except psycopg.Error:  # of a statement before it, which has been looked at on its own
        if connection.closed:
            raise
    return None


def _told(error: psycopg.Error) -> Trial | None:
    code = error.sqlstate or ""
    if not code or code[:2] in _NOT_ABOUT_IT:
        return None
    detail = error.diag.message_detail or ""
    return Trial(
        message=error.diag.message_primary or str(error),
        sqlstate=code,
        detail=tuple(line for line in detail.splitlines() if line),
        hint="" if code == "2BP01" else error.diag.message_hint or "",
        early=code in _NOT_THERE,
    )
