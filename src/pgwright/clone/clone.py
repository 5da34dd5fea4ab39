"""Makes a clone: reads the source, starts a private server, runs the schema, puts in statistics and sizes, and tells
what is missing."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg

from ..base.errors import Refused, StepFailed
from ..connect import session
from ..connect.session import Connection
from ..connect.translation import describe
from ..server import find
from ..server.find import Binaries
from ..server.private import PrivateServer
from . import (
    extended_statistics,
    foreign,
    locale,
    owner,
    planned_statistics,
    schema,
    script,
    sizes,
    source,
    statistics,
    tablespaces,
)
from .extended_statistics import Data, Key
from .indexes import Indexes
from .missing import Missing
from .restoring import Restoring
from .source import Source, looking

DATABASE = "clone"
_SETTINGS = {
    "autovacuum": "off",  # it would count the rows of empty tables
    "max_connections": "10",
    "max_locks_per_transaction": "1024",
    # Nothing here must survive anything: thousands of files are made, and as little as possible is written for each.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_skip_threshold": "0",  # writing WAL, the server would read first pages, and remember them
    "max_wal_size": "1GB",
    "shared_buffers": "64MB",
}
_POOLED = (
    "A pooler stands in between, and pg_dump empties the search_path of its session: statements of the application "
    "that get the same one afterwards would not find their tables."
)
_ANALYZE = b"ANALYZE pg_class, pg_attribute, pg_type, pg_index, pg_namespace"
"""Nobody else does it here, and the statistics of ten thousand tables are joined with them."""


@dataclass(frozen=True, kw_only=True)
class _Read:
    """All that was read of the source, before anything of the clone is made."""

    source: Source
    hidden: schema.Hidden
    columns: IO[bytes]
    extended: Mapping[Key, Data]
    sizes: IO[bytes]
    script: str
    notes: tuple[str, ...]


class Clone:
    """A clone of the database that `dsn` leads to. A context manager; its server ends with it.

    `connection` and `dsn` are those of a role that owns everything on the clone and is no superuser: what is planned
    there may run functions of the source. `blank` are columns whose values stay at the source, `folders` are looked at
    first for server programs; `is_direct` says that `dsn` leads to the server itself or to a pool in session mode.
    `seconds` is how long it took to make, `held_seconds` how long its transaction at the source lasted. Raises
    ConnectError, LockNotObtained, Refused (no server programs here, a pooler in between, or pg_dump may not read the
    schema) and StepFailed (the private server did not start, or there is no space left).
    """

    source: Source
    server: PrivateServer
    connection: Connection
    indexes: Indexes
    missing: Missing
    seconds: float
    held_seconds: float

    def __init__(
        self,
        dsn: str,
        *,
        blank: Sequence[statistics.Column] = (),
        folders: Sequence[Path] = (),
        is_direct: bool = False,
    ) -> None:
        self._dsn = dsn
        self._is_direct = is_direct
        self._folders = folders
        self._blank = blank
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        started = time.monotonic()
        try:
            self._make()
        except BaseException as error:
            self._stack.close()
            if isinstance(error, psycopg.Error | OSError):
                raise _failed(error) from error
            raise
        self.seconds = time.monotonic() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def dsn(self) -> str:
        """How the clone is reached, by its owner."""
        return self.server.dsn(DATABASE, user=owner.OWNER)

    def statistics(self, sql: str) -> AbstractContextManager[None]:
        """In the block the planner knows the extended statistics that `sql` makes, from a sample of the rows that is
        drawn at the source now. Raises Refused with the reason where they cannot be tried."""
        return planned_statistics.made(
            self.connection, self.server.dsn(DATABASE), self._dsn, self.source, self._blank, sql
        )

    def _make(self) -> None:
        with ExitStack() as spools:
            read = self._read(spools)
            self.source = read.source
            binaries, notes = _binaries(self.source.major, self._folders)
            self.server = PrivateServer(binaries, settings=_SETTINGS, checksums=False)
            self._stack.callback(self.server.close)  # before it starts: Ctrl-C may come while it does
            self.server.start()
            notes += self._database()
            refused, files, restoring = self._fill(read)
        self.server.stop()  # with it goes what it remembers of the files
        sizes.grow(files, self.server.directory, self.server.account)
        self.server.start()
        self.connection = self._stack.enter_context(session.open(self.dsn, name="clone"))
        self.indexes = Indexes(self.connection, self.server.directory, self.server.account)
        self.missing = Missing(
            skipped=tuple(restoring.skipped),
            hidden=read.hidden.named,
            statistics=refused,
            notes=(*notes, *read.notes, *restoring.notes),
        )

    def _read(self, spools: ExitStack) -> _Read:
        """Reads the source: its catalogs, pg_stats and file sizes, in one short transaction, and its schema."""
        with session.open(self._dsn, name="clone") as reading:
            if not self._is_direct and session.is_pooled(reading):
                raise Refused(_POOLED, hint="Set direct_dsn in pgwright.toml: a clone is made past the pooler.")
            started = time.monotonic()
            with looking(reading):
                found = source.read(reading)
                hidden = schema.hidden(reading)
                blank = statistics.places(reading, self._blank)
                statistics.set_formats(reading)
                columns = spools.enter_context(statistics.read(reading, found, blank))
                extended = extended_statistics.read(reading, blank)
                lengths = spools.enter_context(sizes.read(reading, found))
            self.held_seconds = time.monotonic() - started
            text = schema.read(reading, self._dsn, found.major, hidden)
        return _Read(
            source=found,
            hidden=hidden,
            columns=columns,
            extended=extended,
            sizes=lengths,
            script=text,
            notes=tuple(_notes(found)),
        )

    def _database(self) -> list[str]:
        """Makes the empty database; what is not as at the source."""
        with session.open(self.server.dsn(), name="clone") as admin:
            owner.create(admin)
            notes = list(tablespaces.create(admin, self.source, owner.OWNER))
            notes += locale.create_database(admin, DATABASE, owner.OWNER, self.source, self.server.binaries.major)
        return notes

    def _fill(self, read: _Read) -> tuple[tuple[str, ...], Sequence[sizes.File], Restoring]:
        """Schema, statistics and sizes; what was refused, the files that are to be grown, and how the schema went."""
        with session.open(self.server.dsn(DATABASE), name="clone") as admin:
            owner.help_out(admin)
            notes = locale.create_collations(admin, self.source.collations)
            with session.open(self.dsn, name="clone") as filling:
                restoring = Restoring(filling, admin, owner.OWNER)
                restoring.run(script.cut(read.script))
            restoring.notes += [*notes, *foreign.keep_apart(admin)]
            admin.execute(_ANALYZE)
            with admin.transaction():
                statistics.set_formats(admin)
                admin.execute(b"UPDATE pg_catalog.pg_constraint SET contype = '-' WHERE contypid <> 0")
                refused = statistics.load(admin, self.source, read.columns)
                refused += extended_statistics.load(admin, read.extended)
                admin.execute(b"UPDATE pg_catalog.pg_constraint SET contype = 'c' WHERE contypid <> 0")
                files = sizes.load(admin, self.source, read.sizes)
            owner.configure(admin, DATABASE, self.source.settings)
        return refused, files, restoring


def _notes(found: Source) -> list[str]:
    """What of the source is only told."""
    notes = []
    if found.major < 17 and not found.reads_statistics:
        notes.append(
            "PostgreSQL 14 to 16 show the statistics of ranges to superusers only: conditions on ranges are estimated "
            "as if nobody had analyzed them."
        )
    if found.has_policies:
        notes.append(
            "Policies of row-level security are not on the clone: statements are planned as for a role that they do "
            "not concern."
        )
    return notes


def _binaries(major: int, folders: Sequence[Path]) -> tuple[Binaries, list[str]]:
    """The programs of the source's major, else of the newest that is here; and what that means."""
    try:
        return find.find(major, folders=folders), []
    except Refused:
        found = find.find(folders=folders)
    note = f"The source is PostgreSQL {major}, and the clone {found.version}: its planner may choose otherwise."
    return found, [note]


def _failed(error: psycopg.Error | OSError) -> StepFailed:
    """The error of a clone that could not be made: its own server or this machine is to blame."""
    reason = describe(error) if isinstance(error, psycopg.Error) else str(error)
    return StepFailed(
        f"The clone could not be made: {reason}",
        sqlstate=error.sqlstate if isinstance(error, psycopg.Error) else None,
        state="Nothing was changed, and nothing of the clone is left.",
        hint="A clone needs space in the folder for temporary files; TMPDIR names another one.",
    )
