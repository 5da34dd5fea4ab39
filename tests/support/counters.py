"""What the server counts of tables, and when."""

from __future__ import annotations

import time

from tests.support.databases import Database


def loaded(database: Database, *tables: str, rows: int) -> None:
    """Makes tables `(a int)`, fills and analyzes them in one session, whose rows the server counts after its ANALYZE;
    it has done so when this returns."""
    with database.connect() as connection:
        for table in tables:
            connection.execute(f"CREATE TABLE {table} (a int)".encode())
            connection.execute(f"INSERT INTO {table} SELECT generate_series(1, {rows})".encode())
        connection.execute(f"ANALYZE {', '.join(tables)}".encode())
    counted = f"SELECT bool_and(n_mod_since_analyze = {rows} AND last_analyze IS NOT NULL) FROM pg_stat_user_tables"
    while not database.one(counted):
        time.sleep(0.1)
