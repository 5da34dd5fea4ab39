"""EXPLAIN as a question: one read-only transaction, a timeout, rolled back, whatever happens.

A statement that writes is refused by the server itself (25006), unless writes were asked for; then it is executed and
rolled back: sequences move, and what a trigger sends elsewhere is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import psycopg

from ...base.errors import Refused
from ...connect.translation import translate
from ..query_plan.forms import json_
from ..query_plan.model import QueryPlan
from .failing import failed
from .statement import numbers

Connection = psycopg.Connection[tuple[Any, ...]]

STANDBY = "Connect to the primary, or explain the statement without running it: --plain."
LOCK_TIMEOUT_MS = 5_000
"""How long a statement may wait for a lock: a diagnosis must not stand in a queue."""


def options(version: int, *, analyze: bool) -> str:
    """The options of EXPLAIN for a server of `version` (server_version_num): all that it can tell."""
    words = ["VERBOSE", "SETTINGS", "FORMAT JSON"]
    if analyze:
        words = ["ANALYZE", "BUFFERS", "WAL", *words]
        if version >= 170000:
            words += ["SERIALIZE TEXT", "MEMORY"]
    return ", ".join(words)


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a statement is explained: whether it is executed (`analyze`), in a transaction that may write (`writes`), for
    how long at most, and with which settings."""

    analyze: bool = True
    writes: bool = False
    timeout_ms: int = 60_000
    settings: tuple[tuple[str, str], ...] = ()


def explain(connection: Connection, statement: str, way: Way = Way()) -> QueryPlan:
    """The plan of `statement`; errors of the server become ours (`failing`)."""
    return _asked(connection, way, statement, f"EXPLAIN ({_options(connection, way)}) ")


def generic(connection: Connection, statement: str, way: Way = Way()) -> QueryPlan:
    """The plan of a statement with parameters, made for any values: GENERIC_PLAN since 16, a prepared statement with a
    generic plan before."""
    way = replace(way, analyze=False)
    if connection.info.server_version >= 160000:
        return _asked(connection, way, statement, f"EXPLAIN (GENERIC_PLAN, {_options(connection, way)}) ")
    nulls = ", ".join("NULL" for _ in range(max(numbers(statement), default=0)))
    way = replace(way, settings=(*way.settings, ("plan_cache_mode", "force_generic_plan")))
    then = f"EXPLAIN ({_options(connection, way)}) EXECUTE pgwright_generic{f' ({nulls})' if nulls else ''}"
    return _asked(connection, way, statement, "PREPARE pgwright_generic AS ", then)


def _options(connection: Connection, way: Way) -> str:
    return options(connection.info.server_version, analyze=way.analyze)


def _asked(connection: Connection, way: Way, statement: str, prefix: str, then: str = "") -> QueryPlan:
    """What the server answers to `prefix` and the statement, or to `then` after it, in the transaction that changes
    nothing."""
    if way.writes:
        refuse_standby(connection)
    try:
        with connection.transaction(force_rollback=True):
            _prepare(connection, way)
            cursor = connection.execute(f"{prefix}{statement}".encode())
            row = _executed(connection, then) if then else cursor.fetchone()
    except psycopg.Error as error:
        raise failed(error, statement=statement, prefix=len(prefix), timeout_ms=way.timeout_ms) from error
    assert row is not None
    plan = json_.from_value(row[0])
    return QueryPlan(root=plan.root, properties=plan.properties, query=statement)


def _executed(connection: Connection, then: str) -> tuple[Any, ...] | None:
    """The answer to what explains the prepared statement, which is forgotten again: it would outlast the
    transaction."""
    try:
        with connection.transaction():
            return connection.execute(then.encode()).fetchone()
    finally:
        if not connection.closed:
            connection.execute("DEALLOCATE pgwright_generic")


def refuse_standby(connection: Connection, *, hint: str = STANDBY) -> None:
    """Raises Refused where the server takes no writes."""
    try:
        found = connection.execute("SELECT pg_catalog.pg_is_in_recovery()").fetchone()
    except psycopg.Error as error:
        raise translate(error, doing="asking whether this is a standby") from error
    if found == (True,):
        raise Refused("This server is a standby and takes no writes.", state="Nothing was executed.", hint=hint)


def _prepare(connection: Connection, way: Way) -> None:
    """What is set for the transaction."""
    connection.execute(b"SET TRANSACTION READ WRITE" if way.writes else b"SET TRANSACTION READ ONLY")
    _set(connection, "statement_timeout", str(way.timeout_ms))
    _set(connection, "lock_timeout", str(min(way.timeout_ms // 2, LOCK_TIMEOUT_MS)))
    _set_if_allowed(connection, "track_io_timing", "on")
    for name, value in way.settings:
        _set(connection, name, value)


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])


def _set_if_allowed(connection: Connection, name: str, value: str) -> None:
    """Sets what only some roles may set; without it the plan has no I/O times."""
    try:
        with connection.transaction():
            _set(connection, name, value)
    except psycopg.errors.InsufficientPrivilege:
        return
