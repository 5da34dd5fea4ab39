"""Asks the server, a check at a time: read-only transactions with timeouts, and a new session where one was lost.

A transaction pooler may stand in between, so nothing is set that outlives a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg.rows import dict_row

from ...base import queries
from ...base.errors import ConnectError, PgwrightError
from ...connect import is_connection_loss, translate
from ...connect.quiet import quietly
from ...connect.session import Connection, open
from .checks._seen import Row, Server

_query = queries.beside(__file__)

T = TypeVar("T")

NAME = "health"


class Session:
    """The way to one server. `timeout` is the most that one query may last, in seconds. A context manager."""

    def __init__(self, dsn: str, *, timeout: float) -> None:
        self._dsn = dsn
        self._timeout_ms = max(round(timeout * 1000), 1)
        self._connection: Connection = open(dsn, name=NAME)
        self._rooms: dict[Any, Any] = {}

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
            row = dict(self.rows(_query("server").decode())[0])
        except psycopg.Error as error:
            raise translate(error, doing="asking about the server") from error
        row["identity"] = f"{row['identity']} {self.where}"
        return Server(**row)

    def rows(self, query: str, values: Mapping[str, Any] | None = None, *, ours: bool = True) -> list[Row]:
        """The rows of a query; one that is not `ours` has the search_path of the role. Raises psycopg errors, and
        ConnectError where the server is gone."""
        return self._tried(lambda: self._asked(query, values, ours))

    def room(self, read: Callable[[Connection], T]) -> T:
        """What another room reads by a function; read once in a run, whoever asks. Raises errors of the tree."""
        if read not in self._rooms:
            self._rooms[read] = self._tried(lambda: read(self._connection))
        found: T = self._rooms[read]
        return found

    def forget(self) -> None:
        """What other rooms read is read again when it is next asked for."""
        self._rooms.clear()

    def _tried(self, ask: Callable[[], T]) -> T:
        """What `ask` gives, asked once more in a new session where this one was lost."""
        try:
            return ask()
        except (psycopg.Error, PgwrightError) as error:
            if not is_connection_loss(error):
                raise
            self._connection.close()
            try:
                self._connection = open(self._dsn, name=NAME)
                return ask()
            except (psycopg.Error, ConnectError) as again:
                raise ConnectError(
                    f"The connection was lost while the database was looked at, and there is no new one: {again}",
                    hint="Run the same command again when the server answers.",
                ) from again

    def _asked(self, query: str, values: Mapping[str, Any] | None, ours: bool) -> list[Row]:
        with (
            quietly(self._connection, self._timeout_ms),
            self._connection.cursor(row_factory=dict_row) as cursor,
        ):
            if not ours:
                cursor.execute("SET LOCAL search_path = DEFAULT")
            return list(cursor.execute(query.encode(), values).fetchall())
