"""Takes the snapshot: runs the queries in one read-only transaction and hands the rows to `assemble`.

It never waits behind another session for longer than its patience: a relation that somebody holds in ACCESS EXCLUSIVE
mode is read without its expressions and named in `Catalog.unreadable`, because deparsing needs a lock on it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..base.errors import ConfigError
from ..base.uncollected import uncollected
from .assemble import assemble
from .statements import statement
from .values import Catalog

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

Rows = Sequence[tuple[Any, ...]]

LOCK_TIMEOUT = "500ms"
MANY = 3000  # relations; beyond, sizes are those that the last VACUUM or ANALYZE wrote down
TRIES = 10
# The catalog moved under the snapshot (deparsing reads the newest version), or a lock came in between.
MOVED = frozenset({"55P03", "40P01", "XX000", "42P01", "42704", "42883", "42703", "3F000"})
PARTS = (
    "inheritance", "triggers", "policies", "publications", "extended_statistics", "rules", "functions", "dependencies",
    "column_statistics", "sizes", "types",
)  # fmt: skip
LARGE = ("columns", "constraints", "indexes")
"""Parts of which every table has several: read for some relations at a time, so that rows do not pile up beside the
values that are made of them."""
AT_ONCE = 2000


@uncollected
def read(connection: Connection, *, schemas: Sequence[str] = (), patience: float = 1.0) -> Catalog:
    """A consistent snapshot of the user's schemas, or of `schemas` and what hangs together with them (partitions,
    inheritance, views, foreign keys); functions are always those of all user schemas.

    Runs in a transaction of its own, or in a savepoint where one is open. `patience` is how many seconds it waits
    for sessions with ACCESS EXCLUSIVE locks. Raises ConfigError for a schema that does not exist, LockNotObtained
    or another translated error when the server refuses.
    """
    import psycopg

    from ..connect.translation import translate

    deadline = time.monotonic() + patience
    for attempt in range(TRIES):
        try:
            return _snapshot(connection, tuple(schemas), deadline)
        except psycopg.Error as error:
            if connection.closed or error.sqlstate not in MOVED or attempt == TRIES - 1:
                raise translate(error, doing="reading the catalog") from error
            time.sleep(0.05)
    raise AssertionError("unreachable")


def _snapshot(connection: Connection, schemas: tuple[str, ...], deadline: float) -> Catalog:
    fresh = connection.info.transaction_status == 0  # IDLE; inside a transaction its isolation level stays
    with _collector_paused(), connection.transaction(force_rollback=True):
        if fresh:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        session = _session(connection)
        major = session[0] // 10000
        locked = _locked(connection, major, deadline)
        relations: Rows = _fetch(connection, major, "relations", {"locked": list(locked)})
        names = _fetch(connection, major, "names", {})
        scope = _scope(connection, major, schemas, session[4], (*relations, *names))
        parameters: Mapping[str, Any] = {
            "locked": list(locked),
            "relations": [row[0] for row in relations if row[0] in scope],
            "sized": _sized(relations, names, scope),
        }
        rows: dict[str, Iterable[tuple[Any, ...]]] = {
            part: _fetch(connection, major, part, parameters) for part in PARTS
        }
        rows |= {part: _bit_by_bit(connection, major, part, parameters) for part in LARGE}
        return assemble(session, relations, rows | {"names": names}, scope=scope, unreadable=locked)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without the cyclic collector: it would walk hundreds of thousands of new tuples again and again and find no
    garbage (10,000 tables: 2.2 s of CPU with it, 1.1 s without)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _sized(relations: Rows, names: Rows, scope: set[int]) -> list[int]:
    """The relations whose size is asked of the file system: all, or in a large database only those of which no VACUUM
    or ANALYZE has left a figure. Asking for 30,000 sizes takes half a second."""
    tables = [row for row in relations if row[3] in "rm" and row[0] in scope]
    indexes = [row for row in names if row[3] == "i"]
    if len(tables) + len(indexes) > MANY:
        tables = [row for row in tables if row[9] < 0]
        indexes = [row for row in indexes if row[4] == 0]
    return [row[0] for row in (*tables, *indexes)]


def _session(connection: Connection) -> tuple[Any, ...]:
    """The row of session.sql, read with the session's own search_path, before the transaction's settings are made."""
    from ..connect.session import is_pooled, no_transaction_timeout

    version = connection.info.server_version
    if is_pooled(connection):
        # Another client may have left its own there; DEFAULT is what a fresh session has.
        connection.execute("SET LOCAL search_path TO DEFAULT")
    connection.execute(f"SET LOCAL statement_timeout = 0{no_transaction_timeout(connection)}".encode())
    row = connection.execute(statement("session", version // 10000)).fetchone()
    assert row is not None, "the current role is always in pg_roles"
    # pg_temp is named last, so that no temporary table can stand in for a catalog; nothing of a user is visible.
    connection.execute(
        "SELECT set_config('search_path', 'pg_catalog, pg_temp', true), set_config('row_security', 'off', true),"
        " set_config('lock_timeout', %s, true),"
        " set_config('jit', 'off', true)",
        (LOCK_TIMEOUT,),
    )
    return row


def _locked(connection: Connection, major: int, deadline: float) -> dict[int, str]:
    """The relations that stay locked until the deadline, with a sentence about who holds them."""
    while True:
        rows = _fetch(connection, major, "locked", {})
        if not rows or time.monotonic() >= deadline:
            return {row[0]: _holder(row) for row in reversed(rows)}
        time.sleep(0.05)


def _holder(row: tuple[Any, ...]) -> str:
    _, relation, pid, user, application, state, seconds, gid = row
    if gid is not None:
        return f"prepared transaction {gid!r} ({seconds or 0:.0f} s old) holds {relation}"
    facts = ", ".join(fact for fact in (user, application, state) if fact)
    return f"session {pid} ({facts}; {seconds or 0:.0f} s in its transaction) holds or waits for {relation}"


def _scope(
    connection: Connection, major: int, schemas: tuple[str, ...], known: Sequence[str], relations: Rows
) -> set[int]:
    """The oids that the snapshot is about."""
    if not schemas:
        return {row[0] for row in relations}
    if missing := [schema for schema in schemas if schema not in known]:
        raise ConfigError(
            f"There is no schema {', '.join(missing)} in this database.",
            hint="`schemas` of the profile names schemas of the database; leave it out to mean all.",
        )
    return {row[0] for row in _fetch(connection, major, "scope", {"schemas": list(schemas)})}


def _bit_by_bit(
    connection: Connection, major: int, name: str, parameters: Mapping[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that is about `relations`, some of them at a time. Read once, while the snapshot lasts."""
    relations = sorted(parameters["relations"])
    for first in range(0, len(relations), AT_ONCE):
        some = {**parameters, "relations": relations[first : first + AT_ONCE]}
        yield from _fetch(connection, major, name, some)


def _fetch(connection: Connection, major: int, name: str, parameters: Mapping[str, Any]) -> Rows:
    text = statement(name, major)
    return connection.execute(text.encode(), parameters if "%(" in text else None).fetchall()
