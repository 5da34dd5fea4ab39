"""The statements of this database that pg_stat_statements knows, normalised, with constants as $n."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors

from ..sql.quote import qualified

Connection = psycopg.Connection[tuple[Any, ...]]

_WHERE = """
SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
"""


def known(connection: Connection) -> tuple[str, ...] | None:
    """The texts of the known statements of this database, most called first; None where the extension is missing,
    not loaded, hides what other roles run, or has thrown statements away, because then anything may run."""
    row = connection.execute(_WHERE).fetchone()
    if row is None:
        return None
    view, info = qualified(row[0], "pg_stat_statements"), qualified(row[0], "pg_stat_statements_info")
    here = "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    statement = f"SELECT query FROM {view} WHERE dbid = {here} AND toplevel ORDER BY calls DESC"
    try:
        with connection.transaction():
            evicted = connection.execute(f"SELECT dealloc FROM {info}".encode()).fetchone()
            texts = tuple(row[0] for row in connection.execute(statement.encode()).fetchall())
    except (errors.ObjectNotInPrerequisiteState, errors.InsufficientPrivilege, errors.UndefinedTable):
        return None
    if evicted is None or evicted[0]:
        return None
    return None if any(text is None or text == "<insufficient privilege>" for text in texts) else texts
