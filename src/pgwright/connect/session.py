"""Opens sessions, and ends them when nobody answers. Every connection of pgwright is made here.

A transaction pooler may stand in between. So nothing is prepared on the server, no `options` are sent, and what a
session is told outside of a transaction is not believed to last.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ..base.errors import ConnectError
from .capability import OLDEST
from .reasons import hint_of
from .redaction import redact

APPLICATION = "pgwright"
TIMEOUT = 10  # seconds; only where neither the DSN nor the environment sets one
ENDING = 2.0  # seconds that a thread with a session of its own has to end by itself

# A session waits for hours while an index is built, and firewalls forget quiet connections; a cut one would never be
# noticed (by default after two hours, where keepalives are on at all). Only where the DSN says nothing.
KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds; Linux
}

Connection = psycopg.Connection[tuple[Any, ...]]


def open(dsn: str, *, name: str = APPLICATION, autocommit: bool = True) -> Connection:
    """A new session. `dsn` is a URI or keywords, "" means libpq's own variables; `name` tells sessions of one
    run apart in pg_stat_activity (`pgwright:name`). Nothing is prepared on the server, so that a transaction
    pooler may stand in between. Raises ConnectError, without passwords, also for a server before 14."""
    options = _options(dsn, name)
    try:
        connection = psycopg.connect(dsn, autocommit=autocommit, prepare_threshold=None, **options)
    except psycopg.Error as error:
        raise _cannot_connect(dsn, error) from error
    try:
        require_supported(connection.info.server_version)
    except ConnectError:
        connection.close()
        raise
    return connection


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler stands in between: it announces a process id of its own, which is not the one of the server."""
    row = connection.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    return row is not None and row[0] != connection.info.backend_pid


def no_transaction_timeout(connection: psycopg.Connection[Any]) -> str:
    """What to add to the first statements of a transaction that may last, whatever the role has: 17 and newer."""
    return "; SET LOCAL transaction_timeout = 0" if connection.info.server_version >= 170000 else ""


def cut(connection: Connection) -> None:
    """Ends the session from another thread, whatever it waits for; its own thread finds it lost. The server may be
    out of reach, so it is told nothing."""
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def cancel(connection: Connection) -> None:
    """Cancels what the session runs, from another thread; does not wait long for a server that does not answer."""
    with contextlib.suppress(psycopg.Error):
        connection.cancel_safe(timeout=ENDING)


def ended(thread: threading.Thread, connection: Callable[[], Connection | None]) -> bool:
    """Waits until `thread`, which was told to end, has ended; whether it did so by itself. A session that does not
    answer is cut. A thread that still tries to connect is left alone after a while: it holds nothing."""
    thread.join(ENDING)
    if not thread.is_alive():
        return True
    given_up = time.monotonic() + TIMEOUT
    while thread.is_alive() and time.monotonic() < given_up:
        if (now := connection()) is not None and not now.closed:
            cut(now)
        thread.join(0.1)
    return False


@contextlib.contextmanager
def at_most(connection: Connection, seconds: float) -> Iterator[None]:
    """Cuts `connection` when the block lasts longer than `seconds`. For what must not wait for ever for somebody who
    does not answer: timeouts of the server do not count the time in a pooler's queue or in a dead network."""
    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def require_supported(version: int) -> None:
    """Raises ConnectError when `version`, a `server_version_num`, is before 14."""
    if version // 10000 < OLDEST:
        raise ConnectError(
            f"The server is PostgreSQL {_spelled(version)}; pgwright needs {OLDEST} or newer.",
            hint="Upgrade the server first, or connect to another one.",
        )


def _options(dsn: str, name: str) -> dict[str, Any]:
    """What is set on top of the DSN; raises ConnectError when the DSN cannot be parsed."""
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.Error as error:
        # libpq quotes the piece that it stumbled over, and that may be a piece of the password.
        reason = re.sub(r'"[^"]*"', "…", " ".join(str(error).split()))
        raise ConnectError(
            f"The connection string cannot be parsed: {reason}.",
            hint="Write it as postgresql://user@host:port/database or as host=… port=… dbname=… user=….",
        ) from error
    options: dict[str, Any] = {
        "application_name": APPLICATION if name == APPLICATION else f"{APPLICATION}:{name}",
        "client_encoding": "UTF8",
    }
    if "connect_timeout" not in given and "PGCONNECT_TIMEOUT" not in os.environ:
        options["connect_timeout"] = TIMEOUT
    if not any(key in given for key in KEEPALIVE):
        options.update(KEEPALIVE)
    return options


def _cannot_connect(dsn: str, error: psycopg.Error) -> ConnectError:
    where = redact(dsn) if dsn else "libpq's own variables (PGHOST, PGPORT, PGUSER, …)"
    reason = redact(" ".join(str(error).split()))
    secret = conninfo_to_dict(dsn).get("password")
    if secret:
        reason = reason.replace(str(secret), "***")
    return ConnectError(
        f"Cannot connect with {where}: {reason}",
        hint=hint_of(reason) or "`pgwright config show` names where each connection value comes from.",
    )


def _spelled(version: int) -> str:
    """`server_version_num` as people write it: 9.6.24, 13.4."""
    if version >= 100000:
        return f"{version // 10000}.{version % 10000}"
    return f"{version // 10000}.{version // 100 % 100}.{version % 100}"
