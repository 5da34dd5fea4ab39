"""EXPLAIN as a question: one read-only transaction, a timeout, rolled back, whatever happens.

A statement that writes is refused by the server itself (25006), unless writes were asked for; then it is executed and
rolled back: sequences move, and what a trigger sends elsewhere is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from ..query_plan.forms import json_
from ..query_plan.model import QueryPlan

Connection = psycopg.Connection[tuple[Any, ...]]


def options(version: int, *, analyze: bool) -> str:
    """The options of EXPLAIN for a server of `version` (server_version_num): all that it can tell."""
    words = ["VERBOSE", "SETTINGS", "FORMAT JSON"]
    if analyze:
        words = ["ANALYZE", "BUFFERS", "WAL", *words]
        if version >= 170000:
            words += ["SERIALIZE TEXT", "MEMORY"]
    return ", ".join(words)


def explain(
    connection: Connection,
    statement: str,
    *,
    analyze: bool = True,
    writes: bool = False,
    timeout_ms: int = 60_000,
    settings: Sequence[tuple[str, str]] = (),
) -> QueryPlan:
    """The plan of `statement`, executed where `analyze`; with `settings` set in its transaction. Errors of the server
    come as psycopg's."""
    how = "READ WRITE" if writes else "READ ONLY"
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET TRANSACTION {how}".encode())
        for name, value in (("statement_timeout", str(timeout_ms)), ("track_io_timing", "on"), *settings):
            _set(connection, name, value)
        asked = f"EXPLAIN ({options(connection.info.server_version, analyze=analyze)}) {statement}"
        row = connection.execute(asked.encode()).fetchone()
    assert row is not None
    plan = json_.from_value(row[0])
    return QueryPlan(root=plan.root, properties=plan.properties, query=statement)


def _set(connection: Connection, name: str, value: str) -> None:
    """Sets for the transaction; `track_io_timing` only where the role may."""
    if name == "track_io_timing":
        try:
            with connection.transaction():
                connection.execute("SELECT set_config('track_io_timing', 'on', true)")
        except psycopg.errors.InsufficientPrivilege:
            return
    else:
        connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, value])
