"""The sessions of a runner: one for the work and one past the pooler, made again when they were lost.

It judges nothing that is lost on the way: who was at work looks at the journal and begins again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ...base.errors import ConnectError, PgwrightError, Refused
from ...config.settings import Settings
from ...connect import session
from ...connect.retry import is_connection_loss
from . import reach

Connection = psycopg.Connection[tuple[Any, ...]]
PAUSE = 0.5  # seconds between two tries to connect


@dataclass
class Sessions:
    """Opened when they are first asked for, all in autocommit. Opening raises ConnectError, and Refused where nothing
    can be changed."""

    settings: Settings
    _work: Connection | None = None
    _direct: Connection | None = None
    _others: dict[str, Connection] = field(default_factory=dict)

    @property
    def connection(self) -> Connection:
        """The session for the work, through `dsn`."""
        if self._work is None:
            self._work = _open(self.settings.dsn, "runner")
        elif not _is_alive(self._work):
            self._work = _again(self.settings.dsn, "runner")
        return self._work

    @property
    def direct(self) -> Connection:
        """The session for what cannot run in a transaction, through `direct_dsn`; without one it is `connection`."""
        if not self.settings.direct_dsn:
            return self.connection
        if self._direct is None:
            self._direct = _open(self.settings.direct_dsn, "direct")
        elif not _is_alive(self._direct):
            self._direct = _again(self.settings.direct_dsn, "direct")
        return self._direct

    def reconnect(self, deadline: float) -> None:
        """Until the server answers again, and is no standby: after a failover it may be one for a moment. After
        `deadline` (of the monotonic clock) what stood in the way is raised."""
        self.close()
        while True:
            try:
                self._work = _open(self.settings.dsn, "runner")
                return
            except (psycopg.Error, PgwrightError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)

    def is_lost(self, error: Exception) -> bool:
        """Whether `error` came of a lost session, or of one that could not be made."""
        lost = self._work is None or self._work.closed
        return isinstance(error, ConnectError) or lost or is_connection_loss(error)

    def other(self, name: str) -> Connection:
        """A further session for the work through `dsn`, one for each `name`, for a thread of its own. Who asked for it
        closes it."""
        known = self._others.get(name)
        if known is None or known.closed:
            known = self._others[name] = session.open(self.settings.dsn, name=name)
        return known

    def cut(self) -> None:
        """Ends the wait for an answer on the sessions for the work, from another thread."""
        for connection in (self._work, *list(self._others.values())):
            if connection is not None and not connection.closed:
                session.cut(connection)

    def close(self) -> None:
        """Ends all."""
        for connection in (self._work, self._direct, *self._others.values()):
            if connection is not None:
                connection.close()


def _again(dsn: str, name: str) -> Connection:
    """In place of one that was lost. A server that is a standby now is no server for us yet: after a failover it may be
    one for a moment."""
    try:
        return _open(dsn, name)
    except Refused as error:
        raise ConnectError(error.message, hint=error.hint) from error


def _open(dsn: str, name: str) -> Connection:
    connection = session.open(dsn, name=name)
    # Roles and databases may have other defaults. Said with each BEGIN, because a pooler may stand in between.
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.read_only = False
    connection.deferrable = False
    try:
        reach.require_usable(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_alive(connection: Connection) -> bool:
    """Whether the session is still there, as far as can be told without asking. In a transaction it is left alone:
    what runs there must not go on in another session."""
    if connection.closed or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        return not connection.closed
    try:
        connection.pgconn.consume_input()  # the server may have said goodbye, after an idle timeout for example
    except psycopg.OperationalError:
        return False
    return not connection.closed
