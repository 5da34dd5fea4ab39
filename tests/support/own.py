"""A database on a server that one test may break."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from pgwright.server.find import find
from pgwright.server.private import PrivateServer
from tests.support.selection import server_folders


class Own:
    """Looks like a `Database`; `server` is a PrivateServer."""

    def __init__(self, server: PrivateServer, dsn: str = "") -> None:
        self.server, self.name, self.dsn = server, "postgres", dsn or server.dsn("postgres")

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.dsn, autocommit=autocommit)

    def run(self, script: str) -> None:
        with self.connect() as connection:
            connection.execute(script.encode())

    def all(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self.connect() as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def one(self, query: str, *values: object) -> object:
        return self.all(query, *values)[0][0]


@contextmanager
def own(major: int = 18, **settings: str) -> Iterator[Own]:
    """Starts the server, and takes it away."""
    with PrivateServer(find(major, folders=server_folders()), settings={"fsync": "off", **settings}) as server:
        yield Own(server)
