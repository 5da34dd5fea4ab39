"""One runner per database: a lease that is kept by heartbeats, and a fence that stops whoever has lost it.

A runner may be stopped for an hour and wake up in the middle of a step, so that "I hold the lease" is worth
nothing when it is only remembered. Every step transaction therefore reads the lease row `WHERE epoch = mine FOR
KEY SHARE`. The epoch is the key: taking over changes it, so it waits for a step transaction under way, and a step
transaction that begins later finds no row. All times are the server's.
"""

from __future__ import annotations

import getpass
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.rows import class_row

from ...base.errors import ConnectError, LockNotObtained, StepFailed
from ...base.event import Notice, OnEvent
from ...config.settings import ExecuteSettings
from ...connect import session
from ...sql.quote import literal

LEASE_DDL = """
CREATE TABLE pgwright.lease (
    epoch bigint PRIMARY KEY,
    single boolean NOT NULL DEFAULT true UNIQUE CHECK (single),
    holder text,
    migration text,
    backend_pid integer,
    backend_start timestamptz,
    taken_at timestamptz,
    heartbeat_at timestamptz
);
INSERT INTO pgwright.lease (epoch) VALUES (0);
"""
"""The table and its one row; `holder` is NULL while nobody holds it. Run by the journal's own set-up."""


class LeaseLost(StepFailed):
    """Another runner took the lease over, or it was given back: this runner must not change anything any more."""

    exit_code = 5
    default_state = "This runner changed nothing since; the other one goes on from the journal."


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The lease row as the server sees it now. `silent` is seconds since the last heartbeat, `gone` whether the
    backend of the heartbeat connection has ended (never true of one that comes through a pooler, `pooled`), `held_for`
    seconds since it was taken."""

    epoch: int
    holder: str | None
    migration: str | None
    taken_at: datetime | None
    heartbeat_at: datetime | None
    held_for: float
    silent: float
    gone: bool
    pooled: bool

    @property
    def sentence(self) -> str:
        """Who holds it, since when and for what, in one line without a full stop."""
        what = f" for {self.migration}" if self.migration else ""
        since = f" since {self.taken_at:%Y-%m-%d %H:%M:%S %Z}" if self.taken_at else ""
        return f"{self.holder}{what}{since}, last heard of {self.silent:.0f} s ago"


def holder(connection: psycopg.Connection[Any]) -> Holder | None:
    """Who holds the lease, None when nobody does. For `status`; raises psycopg errors."""
    row = _read(connection)
    return row if row.holder is not None else None


class Lease:
    """The lease of one database, held from `__enter__` to `__exit__`.

    It has a connection of its own to `dsn`, on which a daemon thread beats every `settings.heartbeat` seconds and
    which it makes again when it is cut. `migration` is shown to others. Entering raises LockNotObtained when a
    live runner holds the lease. A holder is dead when the backend of its heartbeat is gone, or when nothing was
    heard of it for `settings.lease_timeout` seconds: then the lease is taken over. `silence` is called, by the thread,
    when no heartbeat got through for that long: from then on somebody else may be the runner.
    """

    def __init__(
        self,
        dsn: str,
        *,
        settings: ExecuteSettings,
        on_event: OnEvent,
        migration: str = "",
        silence: Callable[[], None] = lambda: None,
    ) -> None:
        self.epoch = -1
        self._dsn = dsn
        self._settings = settings
        self._on_event = on_event
        self._migration = migration
        self._silence = silence
        self._connection: session.Connection | None = None
        self._lost = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pgwright-heartbeat", daemon=True)

    @property
    def lost(self) -> bool:
        """True once a heartbeat has found the lease in other hands. Cheap; only `fence` is proof."""
        return self._lost.is_set()

    def __enter__(self) -> Self:
        self._connection = self._connect()
        try:
            self.epoch = self._take(self._connection)
        except BaseException:
            self._connection.close()
            raise
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the lease back, if it is still ours. A failure to do so is no error: the connection ends, and that
        lets the next runner take over, behind a pooler after `settings.lease_timeout` seconds of silence."""
        self._stop.set()
        self._thread.join()
        try:
            self._release()
        except (psycopg.Error, ConnectError) as failure:
            self._on_event(
                Notice(message=f"The lease could not be given back, the next runner takes it over: {failure}")
            )
        finally:
            if self._connection is not None:
                self._connection.close()

    def _release(self) -> None:
        """Its connection may have been cut since the last heartbeat: then once more on a new one, which changes nothing
        where the first try did reach the server."""
        try:
            self._run(_RELEASE)
        except psycopg.OperationalError:
            if self._connection is not None and not self._connection.broken:
                raise
            self._run(_RELEASE)

    @property
    def fence_statement(self) -> str:
        """The text of the fence, for a message with other statements: where it answers no row, call `fence`."""
        return f"SELECT epoch FROM pgwright.lease WHERE epoch = {self.epoch:d} FOR KEY SHARE"

    def fence(self, connection: psycopg.Connection[Any]) -> None:
        """Keeps the lease ours until the transaction of `connection` ends: call it after the locks are won and
        before the first change. Raises LeaseLost when it is not ours; psycopg errors go through, and lock_timeout
        holds while a takeover is under way."""
        row = connection.execute(self.fence_statement.encode()).fetchone()
        if row is None:
            self._lost.set()
            raise LeaseLost(
                f"This runner ({_self()}) lost the lease: {self._who(connection)}.",
                hint="See who runs with `pgwright status`; run the same command again when it has ended.",
            )

    def _who(self, connection: psycopg.Connection[Any]) -> str:
        now = _read(connection)
        return f"now held by {now.sentence}" if now.holder is not None else "it was given back or taken over meanwhile"

    def _take(self, connection: session.Connection) -> int:
        """Takes the lease from nobody or from the dead; returns the new epoch."""
        while True:
            now = _read(connection)
            if now.holder is not None:
                self._refuse_if_alive(connection, now)
                self._on_event(Notice(message=f"Taking over from a runner that is gone: {now.sentence}."))
            try:
                taken = _run(connection, self._take_from(now, connection), self._settings.lock_budget)
            except psycopg.errors.LockNotAvailable as error:
                raise self._still_busy(connection, now) from error
            if taken is not None:
                return int(taken[0])
            # Somebody was faster; look again who it is.

    def _still_busy(self, connection: session.Connection, now: Holder) -> LockNotObtained:
        pids = [row[0] for row in connection.execute(_AT_WORK).fetchall()]
        who = f" (process {', '.join(map(str, pids))} of the server)" if pids else ""
        end = " or ".join(f"SELECT pg_terminate_backend({pid});" for pid in pids)
        wait = f"Wait for its statement to end, or end it with {end}" if end else "Wait for its statement to end,"
        return LockNotObtained(
            f"A step transaction of the former runner ({now.holder}) has not ended{who}"
            f" in {self._settings.lock_budget:.0f} s, so the lease cannot be taken over.",
            blockers=(now.sentence,),
            hint=f"{wait} then run the same command again.",
        )

    def _take_from(self, now: Holder, connection: session.Connection) -> str:
        migration = literal(self._migration) if self._migration else "NULL"
        me = _me(connection)
        return _TAKE.format(epoch=now.epoch, holder=literal(_self()), migration=migration, me=me)

    def _refuse_if_alive(self, connection: session.Connection, now: Holder) -> None:
        if now.gone or self._is_silent(connection, now):
            return
        raise LockNotObtained(
            f"Another runner is at work on this database: {now.sentence}.",
            blockers=(now.sentence,),
            hint=self._hint(now),
        )

    def _is_silent(self, connection: session.Connection, now: Holder) -> bool:
        """Whether the holder is dead by its silence. The server's clock may have jumped, or the whole server may have
        slept: so it gets the time for another heartbeat. One that lies in the future tells nothing about its age."""
        limit = self._settings.lease_timeout
        if 0 <= now.silent <= limit:
            return False
        until = time.monotonic() + (limit if now.silent < 0 else min(limit, 2 * self._settings.heartbeat))
        while time.monotonic() < until:
            time.sleep(min(0.1, self._settings.heartbeat))
            later = _read(connection)
            if (later.epoch, later.heartbeat_at) != (now.epoch, now.heartbeat_at):
                return False
        return True

    def _hint(self, now: Holder) -> str:
        hint = "Wait until it has ended (`pgwright status` shows it), then run the same command again."
        if now.pooled:
            hint += (
                " It comes through a pooler, so that only its silence can tell that it died: after"
                f" {self._settings.lease_timeout:g} s of it the same command takes over."
            )
        return hint

    def _beat(self) -> None:
        """The thread: one heartbeat after the other until the lease is lost or given back."""
        heard = time.monotonic()
        while not self._stop.wait(self._settings.heartbeat) and not self.lost:
            try:
                mine = self._run(_BEAT)
            except (psycopg.Error, ConnectError):
                # A takeover that waits in front, a cut connection, a restart: the next beat finds out which.
                if time.monotonic() - heard > self._settings.lease_timeout:
                    self._silence()
                continue
            heard = time.monotonic()
            if mine is None:
                self._lost.set()

    def _run(self, template: str) -> tuple[Any, ...] | None:
        """One statement about our epoch on the heartbeat connection. Without an answer for as long as the lease lasts
        the connection is cut: a dead network, a frozen pooler. Not sooner, because who is cut stands at the end of the
        pooler's queue again."""
        connection = self._connected()
        statement = template.format(epoch=self.epoch, me=_me(connection))
        with session.at_most(connection, self._patience + self._settings.lease_timeout):
            return _run(connection, statement, self._patience)

    def _connected(self) -> session.Connection:
        """The heartbeat connection, made again where it was cut."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> session.Connection:
        return session.open(self._dsn, name="lease")

    @property
    def _patience(self) -> float:
        """How long a heartbeat waits for the row, in seconds; meanwhile `__exit__` would wait for it."""
        return max(1.0, self._settings.heartbeat)


def _run(connection: session.Connection, statement: str, patience: float) -> tuple[Any, ...] | None:
    """Runs one statement in a transaction of its own, waiting at most `patience` seconds for the row; its first row.

    It is one message to the server: a runner that is stopped between an UPDATE and its COMMIT would keep the row
    from everybody. SET LOCAL, because the role's defaults must not matter and a pooler may stand in between; a
    takeover that a crash of the server undid would give two runners the same epoch, hence synchronous_commit."""
    cursor = connection.execute(
        (
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL synchronous_commit = on"
            f"{session.no_transaction_timeout(connection)};"
            f" SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {max(1, round(patience * 1000))}; {statement}"
        ).encode()
    )
    while cursor.nextset():
        pass
    return cursor.fetchone() if cursor.description else None


def _read(connection: psycopg.Connection[Any]) -> Holder:
    # binary: the text of a time is in the DateStyle of the role
    with connection.cursor(row_factory=class_row(Holder), binary=True) as cursor:
        row = cursor.execute(_READ).fetchone()
    if row is None:
        raise StepFailed(
            "The lease row is missing in pgwright.lease.",
            hint="Restore it: INSERT INTO pgwright.lease (epoch) VALUES (0).",
        )
    return row


def _self() -> str:
    """This process, as others see it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers; KeyError before Python 3.13
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()} pid {os.getpid()}"


def _me(connection: session.Connection) -> str:
    """What a heartbeat on `connection` writes. The backend only where it is this session's own: a pooler announces
    another process id than the server gives, and then it is NULL."""
    return _ME.format(announced=connection.info.backend_pid)


# A backend is gone when no backend has its pid and start time. The start of another role's backend cannot be seen
# without pg_read_all_stats and is NULL; then the pid alone counts, and the heartbeat's age decides in the end.
_READ = """
SELECT epoch, holder, migration, taken_at, heartbeat_at,
       coalesce(extract(epoch FROM clock_timestamp() - taken_at), 0)::float8 AS held_for,
       coalesce(extract(epoch FROM clock_timestamp() - heartbeat_at), 0)::float8 AS silent,
       backend_pid IS NOT NULL AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_stat_activity a
           WHERE a.pid = backend_pid AND coalesce(a.backend_start = l.backend_start, true)) AS gone,
       holder IS NOT NULL AND backend_pid IS NULL AS pooled
FROM pgwright.lease l
"""

# Steps of runners that are under way; of another role's sessions the name is seen, and their state is not.
_AT_WORK = """
SELECT pid FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND pid <> pg_catalog.pg_backend_pid()
  AND application_name IN ('pgwright:runner', 'pgwright:direct') AND coalesce(state, 'active') <> 'idle'
"""

_ME = """
    backend_pid = CASE pg_catalog.pg_backend_pid() WHEN {announced} THEN {announced} END,
    backend_start = (SELECT a.backend_start FROM pg_catalog.pg_stat_activity a
                     WHERE a.pid = pg_catalog.pg_backend_pid() AND a.pid = {announced}),
    heartbeat_at = clock_timestamp()
"""

_TAKE = """
UPDATE pgwright.lease SET epoch = epoch + 1, holder = {holder}, migration = {migration},
    taken_at = clock_timestamp(), {me}
WHERE epoch = {epoch} RETURNING epoch
"""

_BEAT = "UPDATE pgwright.lease SET {me} WHERE epoch = {epoch} RETURNING epoch"

_RELEASE = """
UPDATE pgwright.lease SET epoch = epoch + 1, holder = NULL, migration = NULL, backend_pid = NULL, backend_start = NULL,
    taken_at = NULL, heartbeat_at = NULL
WHERE epoch = {epoch}
"""
