"""What the tiers share that ask a session: costs, numbers of rows, and for how long they may ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from ...connect.session import Connection
from ...sql import quote
from ..asking.failing import failed
from .proposed import Proposed

TIMEOUT_MS = 30_000
"""A plan that takes longer to make is given up."""
_LOCK_TIMEOUT_MS = 1_000
_EXPLAIN = "EXPLAIN (FORMAT JSON) "


def quiet(connection: Connection) -> None:
    """Sets what keeps a session of the database itself from being in anybody's way. It is no session of a pooler."""
    for name, value in (
        ("default_transaction_read_only", "on"),
        ("statement_timeout", str(TIMEOUT_MS)),
        ("lock_timeout", str(_LOCK_TIMEOUT_MS)),
    ):
        connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", [name, value])


def root(connection: Connection, statement: str) -> Mapping[str, Any]:
    """The top node of the plan of a statement, which is not run. Raises as `asking.explain` does."""
    try:
        row = connection.execute(f"{_EXPLAIN}{statement}".encode()).fetchone()
    except psycopg.Error as error:
        raise failed(error, statement=statement, prefix=len(_EXPLAIN), timeout_ms=TIMEOUT_MS) from error
    assert row is not None
    found: Mapping[str, Any] = row[0][0]["Plan"]
    return found


def rows(connection: Connection, relation: tuple[str, str], where: str) -> float:
    """How many rows of a table fulfil a condition, by the planner's count; all of them where it is empty."""
    condition = f" WHERE {where}" if where else ""
    return float(root(connection, f"SELECT 1 FROM {quote.qualified(*relation)}{condition}")["Plan Rows"])


def parts(connection: Connection, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
    """The part of the rows that each partial index holds, by the planner's count."""
    found = {}
    for index in indexes:
        if index.where:
            held = rows(connection, index.relation, index.where)
            found[index] = min(held / max(rows(connection, index.relation, ""), 1.0), 1.0)
    return found
