"""Those who hold a table: a session idle in a transaction, a prepared transaction, a long query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.databases import Database

KINDS = ("idle", "prepared", "query")


@dataclass(frozen=True, kw_only=True)
class Blocking:
    """`name` is what pgwright must call it by; `release` ends it."""

    name: str
    release: Callable[[], None]


def blocking(kind: str, database: Database, table: str) -> Blocking:
    """Holds `table` against ACCESS EXCLUSIVE from now on."""
    if kind == "prepared":
        gid = f"attente_{database.name}"  # identifiers are the cluster's
        database.run(f"BEGIN; LOCK TABLE {table} IN ROW EXCLUSIVE MODE; PREPARE TRANSACTION '{gid}'")
        return Blocking(name=gid, release=lambda: database.run(f"ROLLBACK PREPARED '{gid}'"))
    connection = database.connect()
    if kind == "idle":
        connection.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS SHARE MODE")
        return Blocking(name=f"pid {connection.info.backend_pid}", release=connection.close)
    # A query under way: sent, and its answer is not waited for until it is cancelled.
    connection.execute("SET client_min_messages = error")
    connection.pgconn.send_query(f"SELECT pg_sleep(600) FROM {table} LIMIT 1".encode())
    with database.connect() as other:
        pid = connection.info.backend_pid
        asked = "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = %s"
        while other.execute(asked, (pid,)).fetchone() != (True,):
            other.execute("SELECT pg_sleep(0.005)")

    def release() -> None:
        database.all("SELECT pg_terminate_backend(%s, 5000)", pid)
        connection.close()

    return Blocking(name=f"pid {pid}", release=release)
