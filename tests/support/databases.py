"""Fresh databases: each is a clone of a template, made once per server and hash of its SQL."""

from __future__ import annotations

import hashlib
import itertools
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from pgwright.server.find import Binaries

_number = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server that many tests share; never stop it and leave nothing behind but databases of your own."""

    major: int
    host: str
    port: int
    binaries: Binaries

    def dsn(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """A connection URL over the socket, which trusts everybody."""
        return f"postgresql://{quote(user, safe='')}@{quote(self.host, safe='')}:{self.port}/{quote(database, safe='')}"


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database that one test has for itself; it is dropped afterwards, whoever is still connected."""

    name: str
    server: Server

    @property
    def major(self) -> int:
        """The major version of its server."""
        return self.server.major

    @property
    def dsn(self) -> str:
        """A connection URL of the superuser."""
        return self.server.dsn(self.name)

    def dsn_as(self, user: str) -> str:
        """A connection URL of another role; no password is asked for."""
        return self.server.dsn(self.name, user=user)

    def connect(self, *, user: str = "postgres", autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection; close it, or use it as a context manager."""
        return psycopg.connect(self.server.dsn(self.name, user=user), autocommit=autocommit)

    def run(self, script: str) -> None:
        """Runs a script of any number of statements in a connection of its own, as the superuser."""
        with self.connect() as connection:
            connection.execute(script)

    def all(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of one query; placeholders are `%s`."""
        with self.connect() as connection:
            return connection.execute(query, values or None).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        """The first column of the first row of one query."""
        return self.all(query, *values)[0][0]


def create(server: Server, script: str = "", *, locale: str = "", like: str = "template0") -> Database:
    """A fresh database holding what `script` makes; the script runs once per server, later ones are clones. `locale`
    is one other than C (lower('É') is 'é' in C.UTF-8), and `like` a database to copy, both without a script."""
    template = _template(server, script) if script else like
    name = f"t{os.getpid()}_{next(_number)}"
    # Copying files is three times as fast as PostgreSQL 15's new default; 14 knows nothing else.
    how = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}" + (" STRATEGY file_copy" if server.major >= 15 else ""))
    where = sql.SQL("LOCALE {}").format(sql.Literal(locale)) if locale else sql.SQL("")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(how.format(sql.Identifier(name), sql.Identifier(template), where))
    return Database(name=name, server=server)


def drop(database: Database) -> None:
    """Drops it with all connections, prepared transactions, subscriptions and replication slots."""
    statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name))
    with psycopg.connect(database.server.dsn(), autocommit=True) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.ObjectInUse:
            _clear(database)
            connection.execute(statement)


def _clear(database: Database) -> None:
    with database.connect() as connection:
        for (gid,) in connection.execute("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"):
            connection.execute(sql.SQL("ROLLBACK PREPARED {}").format(sql.Literal(gid)))
        own = "(SELECT oid FROM pg_database WHERE datname = current_database())"
        for (name,) in connection.execute(f"SELECT subname FROM pg_subscription WHERE subdbid = {own}").fetchall():
            identifier = sql.Identifier(name)
            connection.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(identifier))
            connection.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(identifier))
            connection.execute(sql.SQL("DROP SUBSCRIPTION {}").format(identifier))
        connection.execute(
            "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots"
            " WHERE database = current_database() AND active_pid IS NOT NULL"
        )
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()"
        )


def _template(server: Server, script: str) -> str:
    digest = hashlib.sha256(script.encode()).hexdigest()
    name = f"template_{digest[:24]}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        # Other workers may want the same one: who comes second waits and finds it.
        connection.execute("SELECT pg_advisory_lock(%s)", [int(digest[:15], 16)])
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            unfinished = create(server)
            unfinished.run(script)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(unfinished.name), sql.Identifier(name)))
    return name
