"""The statements of this database that pg_stat_statements knows, normalised, with constants as $n."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import errors

from ..sql.quote import qualified

Connection = psycopg.Connection[tuple[Any, ...]]

_WHERE = """
SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
"""
_UNKNOWN = (errors.ObjectNotInPrerequisiteState, errors.InsufficientPrivilege, errors.UndefinedTable)


def known(connection: Connection) -> tuple[str, ...] | None:
    """The texts of the known statements of this database, most called first; None where the extension is missing,
    not loaded, hides what other roles run, or has thrown statements away, because then anything may run."""
    where = _schema(connection)
    if where is None:
        return None
    try:
        with connection.transaction():
            info = qualified(where, "pg_stat_statements_info")
            evicted = connection.execute(f"SELECT dealloc FROM {info}".encode()).fetchone()
            texts = tuple(_calls(connection, where))
    except _UNKNOWN:
        return None
    if evicted is None or evicted[0]:
        return None
    return None if any(text is None or text == "<insufficient privilege>" for text in texts) else texts


def calls(connection: Connection) -> Mapping[str, int]:
    """How often each statement was called since the statistics were reset; empty where that is not known."""
    where = _schema(connection)
    if where is None:
        return {}
    try:
        with connection.transaction():
            return _calls(connection, where)
    except _UNKNOWN:
        return {}


def _schema(connection: Connection) -> str | None:
    row = connection.execute(_WHERE).fetchone()
    return str(row[0]) if row else None


def _calls(connection: Connection, where: str) -> dict[str, int]:
    here = "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    view = qualified(where, "pg_stat_statements")
    statement = (
        f"SELECT query, sum(calls)::bigint FROM {view} WHERE dbid = {here} AND toplevel GROUP BY query ORDER BY 2 DESC"
    )
    return {row[0]: row[1] for row in connection.execute(statement.encode()).fetchall()}
