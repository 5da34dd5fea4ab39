"""Makes a clone: starts a private server, runs the schema, puts in statistics and sizes, and tells what is missing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from ..base.errors import Refused
from ..base.name import RelationName
from ..connect import session
from ..connect.session import Connection
from ..server import find
from ..server.find import Binaries
from ..server.private import PrivateServer
from . import extended_statistics, locale, schema, sizes, statistics
from .indexes import Indexes
from .schema import Skipped
from .source import Source
from .source import read as read_source

DATABASE = "clone"
_SETTINGS = {
    "fsync": "off",
    "autovacuum": "off",  # it would count the rows of empty tables
    "shared_buffers": "16MB",
    "max_wal_size": "256MB",
    "max_locks_per_transaction": "1024",
    "max_connections": "10",
}
_STATEMENT_TIMEOUT_MS = 60_000


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What a clone does not have of its source: what was `skipped`, relations that the role may not read (`hidden`),
    statistics that could not be put in, and what is only like the source (`notes`), each a sentence."""

    skipped: tuple[Skipped, ...] = ()
    hidden: tuple[RelationName, ...] = ()
    statistics: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Clone:
    """A clone of the database that `dsn` leads to. A context manager; its server ends with it.

    `blank` are columns whose values stay at the source, `folders` are looked at first for server programs. Raises ConnectError, Refused (no server programs here, or
    pg_dump may not read the schema) and StepFailed (the private server did not start).
    """

    source: Source
    server: PrivateServer
    connection: Connection
    indexes: Indexes
    missing: Missing
    seconds: float

    def __init__(self, dsn: str, *, blank: Sequence[statistics.Column] = (), folders: Sequence[Path] = ()) -> None:
        self._dsn = dsn
        self._folders = folders
        self._blank = blank
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        started = time.monotonic()
        try:
            self._make()
        except BaseException:
            self._stack.close()
            raise
        self.seconds = time.monotonic() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def dsn(self) -> str:
        """How the clone is reached, by its superuser."""
        return self.server.dsn(DATABASE)

    def _make(self) -> None:
        with session.open(self._dsn, name="clone") as reading:
            with _looking(reading):
                self.source = read_source(reading)
                script, hidden = schema.read(reading, self._dsn, self.source.major)
            binaries, notes = _binaries(self.source.major, self._folders)
            server = PrivateServer(binaries, settings=_SETTINGS, checksums=False)
            self.server = self._stack.enter_context(server)
            with session.open(server.dsn(), name="clone") as first:
                notes += locale.create_database(first, DATABASE, self.source, binaries.major)
            with session.open(self.dsn, name="clone") as filling:
                skipped = schema.restore(filling, script)
                with _looking(reading), filling.transaction():
                    refused = self._statistics(reading, filling)
                    files = sizes.count(filling, sizes.read(reading))
        server.stop()  # with it goes what it remembers of the files
        sizes.grow(files, server.directory, server.account)
        server.start()
        self.connection = self._stack.enter_context(session.open(self.dsn, name="clone"))
        _configure(self.connection, self.source)
        self.indexes = Indexes(self.connection, server.directory, server.account)
        self.missing = Missing(skipped=skipped, hidden=hidden, statistics=refused, notes=tuple(notes))

    def _statistics(self, reading: Connection, filling: Connection) -> tuple[str, ...]:
        """Copies all statistics; what was refused."""
        statistics.prepare(reading, filling)
        blank = statistics.places(reading, self._blank)
        refused = statistics.copy(reading, filling, blank)
        return (*refused, *extended_statistics.copy(reading, filling, blank))


class _looking:
    """A transaction on the source that changes nothing and ends by itself."""

    def __init__(self, connection: Connection) -> None:
        self._transaction = connection.transaction(force_rollback=True)
        self._connection = connection

    def __enter__(self) -> None:
        self._transaction.__enter__()
        self._connection.execute(b"SET TRANSACTION READ ONLY")
        self._connection.execute(f"SET LOCAL statement_timeout = {_STATEMENT_TIMEOUT_MS}".encode())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transaction.__exit__(kind, error, trace)


def _binaries(major: int, folders: Sequence[Path]) -> tuple[Binaries, list[str]]:
    """The programs of the source's major, else of the newest that is here; and what that means."""
    try:
        return find.find(major, folders=folders), []
    except Refused:
        found = find.find(folders=folders)
    note = f"The source is PostgreSQL {major}, and the clone {found.version}: its planner may choose otherwise."
    return found, [note]


def _configure(connection: Connection, source: Source) -> None:
    """Gives the session what steers the planner at the source. What this major does not know stays away."""
    for name, value in source.settings.items():
        try:
            connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", [name, value])
        except (psycopg.errors.UndefinedObject, psycopg.errors.InvalidParameterValue):
            continue
