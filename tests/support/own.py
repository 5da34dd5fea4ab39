"""A server that one test has for itself, as the `Database` that other tests are given; and a standby of it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from pgwright.server.account import choose
from pgwright.server.find import Binaries, find
from pgwright.server.private import PrivateServer
from tests.support import databases
from tests.support.databases import Database, Server
from tests.support.selection import server_folders


class Own:
    """Looks like a `Database`."""

    def __init__(self, server: PrivateServer, dsn: str = "") -> None:
        self.server, self.name, self.dsn = server, "postgres", dsn or server.dsn("postgres")

    def dsn_as(self, user: str) -> str:
        """As another role."""
        return self.server.dsn("postgres", user=user)

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A session of the superuser."""
        return psycopg.connect(self.dsn, **{"autocommit": True, **options})

    def run(self, script: str) -> None:
        """Runs a script."""
        with self.connect() as connection:
            connection.execute(script.encode())

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.connect() as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """The first value of a query."""
        return self.all(query, *values)[0][0]

    def until(self, condition: str) -> None:
        """Asks until the query answers true."""
        with self.connect() as connection:
            while connection.execute(condition.encode()).fetchone() != (True,):
                connection.execute("SELECT pg_sleep(0.01)")


@contextmanager
def own(of: Binaries | int = 18, settings: Mapping[str, str] | None = None, **more: str) -> Iterator[Own]:
    """A running server of this major, and its end."""
    binaries = find(of, folders=server_folders()) if isinstance(of, int) else of
    with PrivateServer(binaries, settings={"fsync": "off", **(settings or {}), **more}) as server:
        yield Own(server)


@contextmanager
def counting(server: Server, script: str = "") -> Iterator[Database]:
    """A database holding what `script` makes, on a server of its own of the same major that counts its statements. What
    the server that all share counts nobody can rely on: counters that are full lose some, and a reset loses all."""
    settings = {"fsync": "off", "shared_preload_libraries": "pg_stat_statements"}
    with PrivateServer(server.binaries, settings=settings) as private:
        there = Server(major=server.major, host=str(private.folder), port=private.port, binaries=server.binaries)
        yield databases.create(there, script)


@contextmanager
def standby(primary: Own, basebackup: Path, name: str = "s1") -> Iterator[Own]:
    """A streaming standby of `primary`, made by the program `basebackup`; `name` is its application_name."""
    with tempfile.TemporaryDirectory(prefix="pgwright-standby-") as place:
        data = Path(place) / "data"
        conninfo = f"host={primary.server.folder} port={primary.server.port} user=postgres application_name={name}"
        subprocess.run([basebackup, "-D", data, "-d", conninfo, "-c", "fast", "-R", "--no-sync"], check=True)
        with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            # A pg_basebackup that is newer than the server writes options that the server does not know.
            settings.write(f"primary_conninfo = '{conninfo}'\n")
        account = choose()
        Path(place).chmod(0o755)
        for folder, _, files in os.walk(data):
            account.own(Path(folder))
            for file in files:
                account.own(Path(folder) / file)
        with PrivateServer(primary.server.binaries, data=data, settings={"fsync": "off"}) as server:
            yield Own(server)
