"""The texts that pg_stat_statements knows, for who asks which statements use a name; `read` has the whole workload."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import errors

from .extension import Connection, Extension, find

_UNKNOWN = (errors.ObjectNotInPrerequisiteState, errors.InsufficientPrivilege, errors.UndefinedTable)


def known(connection: Connection) -> tuple[str, ...] | None:
    """The texts of the known statements of this database, most called first; None where the extension is missing,
    not loaded, hides what other roles run, or has thrown statements away, because then anything may run."""
    extension = find(connection)
    if extension is None:
        return None
    try:
        with connection.transaction():
            evicted = connection.execute(f"SELECT dealloc FROM {extension.info}".encode()).fetchone()
            texts = tuple(_calls(connection, extension))
    except _UNKNOWN:
        return None
    if evicted is None or evicted[0]:
        return None
    return None if any(text is None or text == "<insufficient privilege>" for text in texts) else texts


def calls(connection: Connection) -> Mapping[str, int]:
    """How often each statement was called since the statistics were reset; empty where that is not known."""
    extension = find(connection)
    if extension is None:
        return {}
    try:
        with connection.transaction():
            return _calls(connection, extension)
    except _UNKNOWN:
        return {}


def _calls(connection: Connection, extension: Extension) -> dict[str, int]:
    here = "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    statement = (
        f"SELECT query, sum(calls)::bigint FROM {extension.view} WHERE dbid = {here} AND toplevel GROUP BY query "
        "ORDER BY 2 DESC"
    )
    return {row[0]: row[1] for row in connection.execute(statement.encode()).fetchall()}
