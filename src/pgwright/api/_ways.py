"""What `doctor` says of the way to the server: a pooler in between, its mode and size, and the way past it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from ..base.errors import ConfigError, ConnectError, Refused
from ..base.finding import Evidence, Finding, Severity
from ..config import Settings
from ..connect.session import Connection, is_pooled, open
from ..evolve.execute import reach


def ways(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """The findings; where nothing stands in between and no direct_dsn is set there are none. In statement mode the
    pooler ends `connection` over the question."""
    if settings.direct_dsn:
        yield from _direct(connection, settings)
    if not is_pooled(connection):
        return
    if not settings.direct_dsn:
        yield _without_direct(connection)
    try:
        reach.require_transactions(connection)
        reach.require_second_session(connection, settings)
    except Refused as error:
        yield _finding("pooler_in_statement_mode", "dsn", Severity.DANGER, error.message, error.hint)
    except ConnectError as error:
        yield _finding("pool_too_small", "dsn", Severity.DANGER, error.message, error.hint)


def _without_direct(connection: Connection) -> Finding:
    """A pooler announces a process id of its own, so it differs from the one that the server gives."""
    announced = connection.info.backend_pid
    row = connection.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    limits = reach.limits(connection)
    has = f" The role or database has {', '.join(limits)}." if limits else ""
    return _finding(
        "pooler_without_direct_dsn", "direct_dsn", Severity.WARNING if limits else Severity.NOTICE,
        f"The session goes through a pooler (process {announced} there, {row and row[0]} on the server).{has}",
        "Steps that cannot run in a transaction (CONCURRENTLY) need a session of their own; with a timeout of the role "
        "they are refused without one. Set direct_dsn in pgwright.toml.",
    )  # fmt: skip


def _direct(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Whether direct_dsn leads where it should."""
    try:
        with open(settings.direct_dsn or "", name="doctor") as direct:
            reach.require_direct(connection, settings, direct)
    except (ConnectError, ConfigError) as error:
        yield _finding("direct_dsn_is_wrong", "direct_dsn", Severity.DANGER, error.message, error.hint)
    except psycopg.Error as error:
        yield _finding("direct_dsn_is_wrong", "direct_dsn", Severity.DANGER, str(error), "See `pgwright config show`.")


def _finding(name: str, object: str, severity: Severity, evidence: str, why: str) -> Finding:
    return Finding(
        kind="doctor",
        name=name,
        object=object,
        severity=severity,
        evidence=Evidence(text=evidence),
        why=why,
        cure_sql="",
    )
