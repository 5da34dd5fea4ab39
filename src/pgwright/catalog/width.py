"""Asks the server how large the values of a column are as stored. Statistics cannot tell: for a value in the TOAST
table they count the pointer (14 to 18, analyze.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..sql.quote import ident, qualified
from .values import Catalog

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

ROWS = 500
TIMEOUT = "2s"


def stored_width(connection: Connection, catalog: Catalog, table: int, column: str) -> float:
    """The average size in bytes of the first values found, compressed as they are; 0 where there are none, or where
    they cannot be looked at in time."""
    import psycopg

    source = f"SELECT {ident(column)} AS value FROM {qualified(catalog.tables[table].name)} LIMIT {ROWS}"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(
                "SELECT set_config('statement_timeout', %(time)s, true), set_config('lock_timeout', %(time)s, true),"
                " set_config('row_security', 'off', true)",
                {"time": TIMEOUT},
            )
            average = "coalesce(pg_catalog.avg(pg_catalog.pg_column_size(value)), 0)::float8"
            row = connection.execute(f"SELECT {average} FROM ({source}) s".encode()).fetchone()
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable, psycopg.errors.InsufficientPrivilege):
        return 0.0
    return float(row[0]) if row else 0.0
