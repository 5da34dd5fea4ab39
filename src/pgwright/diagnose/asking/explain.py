"""EXPLAIN as a question: one read-only transaction, a timeout, rolled back, whatever happens.

A statement that writes is refused by the server itself (25006), unless writes were asked for; then it is executed and
rolled back: sequences move, and what a trigger sends elsewhere is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from ..query_plan.forms import json_
from ..query_plan.model import QueryPlan
from .failing import failed
from .statement import numbers

Connection = psycopg.Connection[tuple[Any, ...]]

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
    asked = f"EXPLAIN ({options(connection.info.server_version, analyze=way.analyze)}) {statement}"
    return _asked(connection, way, statement, lambda: connection.execute(asked.encode()))


def generic(connection: Connection, statement: str, way: Way = Way()) -> QueryPlan:
    """The plan of a statement with parameters, made for any values: GENERIC_PLAN since 16, a prepared statement with a
    generic plan before."""
    version = connection.info.server_version
    if version >= 160000:
        asked = f"EXPLAIN (GENERIC_PLAN, {options(version, analyze=False)}) {statement}"
        return _asked(connection, way, statement, lambda: connection.execute(asked.encode()))
    nulls = ", ".join("NULL" for _ in range(max(numbers(statement), default=0)))
    way = replace(way, settings=(*way.settings, ("plan_cache_mode", "force_generic_plan")))

    def prepared() -> psycopg.Cursor[tuple[Any, ...]]:
        connection.execute(f"PREPARE pgwright_generic AS {statement}".encode())
        try:
            words = options(version, analyze=False)
            return connection.execute(f"EXPLAIN ({words}) EXECUTE pgwright_generic ({nulls})".encode())
        finally:
            if connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS:
                connection.execute("DEALLOCATE pgwright_generic")

    return _asked(connection, way, statement, prepared)


def _asked(
    connection: Connection, way: Way, statement: str, ask: Callable[[], psycopg.Cursor[tuple[Any, ...]]]
) -> QueryPlan:
    """What `ask` answers, inside the transaction that changes nothing."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(b"SET TRANSACTION READ WRITE" if way.writes else b"SET TRANSACTION READ ONLY")
            _set(connection, "statement_timeout", str(way.timeout_ms))
            _set(connection, "lock_timeout", str(min(way.timeout_ms, LOCK_TIMEOUT_MS)))
            _set_if_allowed(connection, "track_io_timing", "on")
            for name, value in way.settings:
                _set(connection, name, value)
            row = ask().fetchone()
    except psycopg.Error as error:
        raise failed(error, timeout_ms=way.timeout_ms, writes=way.writes) from error
    assert row is not None
    plan = json_.from_value(row[0])
    return QueryPlan(root=plan.root, properties=plan.properties, query=statement)


def _set(connection: Connection, name: str, value: str) -> None:
    connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])


def _set_if_allowed(connection: Connection, name: str, value: str) -> None:
    """Sets what only some roles may set; without it the plan has no I/O times."""
    try:
        with connection.transaction():
            _set(connection, name, value)
    except psycopg.errors.InsufficientPrivilege:
        return
