"""Opens sessions. Every connection of pgwright is made here."""

from __future__ import annotations

import os
import re
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ..base.errors import ConnectError
from .capability import OLDEST
from .redaction import redact

APPLICATION = "pgwright"
TIMEOUT = 10  # seconds; only where neither the DSN nor the environment sets one

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
    return options


def _cannot_connect(dsn: str, error: psycopg.Error) -> ConnectError:
    where = redact(dsn) if dsn else "libpq's own variables (PGHOST, PGPORT, PGUSER, …)"
    reason = redact(" ".join(str(error).split()))
    secret = conninfo_to_dict(dsn).get("password")
    if secret:
        reason = reason.replace(str(secret), "***")
    return ConnectError(
        f"Cannot connect with {where}: {reason}",
        hint="`pgwright config show` names where each connection value comes from.",
    )


def _spelled(version: int) -> str:
    """`server_version_num` as people write it: 9.6.24, 13.4."""
    if version >= 100000:
        return f"{version // 10000}.{version % 10000}"
    return f"{version // 10000}.{version // 100 % 100}.{version % 100}"
