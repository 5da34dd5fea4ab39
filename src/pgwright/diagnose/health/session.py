"""Asks the server, a check at a time: read-only transactions with timeouts, and a new session where one was lost.

A transaction pooler may stand in between, so nothing is set that outlives a transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row

from ...base.errors import ConnectError
from ...connect import is_connection_loss, translate
from ...connect.session import Connection, open
from .checks._seen import Row, Server

LOCK_TIMEOUT_MS = 1000
NAME = "health"
OURS = "; SET LOCAL search_path = pg_catalog, pg_temp"
"""What our own queries are run under: no name of theirs is somebody else's."""


class Session:
    """The way to one server. `timeout` is the most that one query may last, in seconds. A context manager."""

    def __init__(self, dsn: str, *, timeout: float) -> None:
        self._dsn = dsn
        self._timeout_ms = max(round(timeout * 1000), 1)
        self._connection: Connection = open(dsn, name=NAME)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    @property
    def where(self) -> str:
        """The server's address as this machine sees it."""
        info = self._connection.info
        return f"{info.host}:{info.port}"

    def server(self) -> Server:
        """The server and the role. Raises errors of the tree."""
        try:
            row = dict(self.rows(_query())[0])
        except psycopg.Error as error:
            raise translate(error, doing="asking about the server") from error
        row["identity"] = f"{row['identity']} {self.where}"
        return Server(**row)

    def rows(self, query: str, values: Mapping[str, Any] | None = None, *, path: str = OURS) -> list[Row]:
        """The rows of a query; `path` sets the search_path, empty leaves that of the role. Asked once more in a new
        session where this one was lost. Raises psycopg errors, and ConnectError where the server is gone."""
        try:
            return self._asked(query, values, path)
        except psycopg.Error as error:
            if not is_connection_loss(error):
                raise
            self._connection.close()
            try:
                self._connection = open(self._dsn, name=NAME)
                return self._asked(query, values, path)
            except (psycopg.Error, ConnectError) as again:
                raise ConnectError(
                    f"The connection was lost while the database was looked at, and there is no new one: {again}",
                    hint="Run the same command again when the server answers.",
                ) from again

    def _asked(self, query: str, values: Mapping[str, Any] | None, path: str) -> list[Row]:
        with self._connection.transaction(force_rollback=True), self._connection.cursor(row_factory=dict_row) as cursor:
            # A query of the catalog joins much and returns little: its plan looks expensive enough for JIT, which
            # would take longer than the query.
            cursor.execute(
                f"SET TRANSACTION READ ONLY; SET LOCAL jit = off; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}; "
                f"SET LOCAL statement_timeout = {self._timeout_ms}{path}".encode()
            )
            return list(cursor.execute(query.encode(), values).fetchall())


@cache
def _query() -> str:
    return (Path(__file__).parent / "queries" / "server.sql").read_text(encoding="utf-8")
