"""What stands between the runner and the server: a transaction pooler, a pool too small, a direct way that is none.

All is asked before anything starts (law 6): what cannot work is refused with what to set, and not found out in the
middle. It sets nothing itself, and it does not guess the kind of a pooler from its words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import psycopg

from ...base.errors import ConfigError, ConnectError, PgwrightError, Refused, StepFailed
from ...config.settings import Settings
from ...connect import session
from ..steps.step import Kind, Step

if TYPE_CHECKING:
    from .journal import StepRecord
    from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]

TIMEOUTS = (
    "lock_timeout",
    "statement_timeout",
    "idle_session_timeout",
    "transaction_timeout",
    "default_transaction_read_only",
)
"""What would end a statement that cannot run in a transaction, or refuse it (the last one); each understands 0."""

# A pooled session is one of many on the server: what this one has now and was given when it began, and what the next
# one will be given (the most special of the settings of role and database wins).
_LIMITS = """
SELECT name FROM pg_catalog.pg_settings
WHERE name = ANY(%(names)s) AND (setting NOT IN ('0', 'off') OR reset_val NOT IN ('0', 'off'))
UNION
SELECT name FROM (
    SELECT DISTINCT ON (name) split_part(each, '=', 1) AS name, split_part(each, '=', 2) AS value
    FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) each
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
      AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user))
    ORDER BY name, s.setrole <> 0 DESC, s.setdatabase <> 0 DESC) given
WHERE name = ANY(%(names)s) AND value !~* '^(0+ *[a-z]*|off|false|no|f|n)$'
ORDER BY name
"""
_WHERE = """
SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system()),
       (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()), current_database()
"""


def limits(connection: Connection) -> tuple[str, ...]:
    """The timeouts that a session of this role has, by name."""
    return tuple(row[0] for row in connection.execute(_LIMITS, {"names": list(TIMEOUTS)}).fetchall())


def obstacles(connection: Connection, settings: Settings, steps: Iterable[Step]) -> tuple[str, ...]:
    """Why steps that cannot run in a transaction cannot run from here, one sentence or none. `connection` goes to
    `settings.dsn`."""
    apart = [step.id for step in steps if step.kind is Kind.CONCURRENT]
    if not apart or settings.direct_dsn or not session.is_pooled(connection):
        return ()
    found = limits(connection)
    if not found:
        return ()
    shown = ", ".join(apart[:3]) + (f" and {len(apart) - 3} more" if len(apart) > 3 else "")
    why = f"through a connection pooler it would be ended by what the role or database sets: {', '.join(found)}"
    return (f"{shown} cannot run in a transaction, and {why}",)


HINT = (
    "Set direct_dsn in pgwright.toml to the server itself or to a pool in session mode (PGWRIGHT_DIRECT_DSN beside "
    "PGWRIGHT_DSN); or take the settings from the role that migrates: ALTER ROLE … RESET …"
)


def require(connection: Connection, settings: Settings, steps: Iterable[Step], *, state: str | None = None) -> None:
    """Raises Refused where `obstacles` finds one."""
    if found := obstacles(connection, settings, steps):
        raise Refused("this cannot be done through the pooler", reasons=found, state=state, hint=HINT)


def require_for(runner: Runner, records: Iterable[StepRecord]) -> None:
    """The same for steps of the journal, of those that are not done yet."""
    steps = [record.step for record in records if record.state not in ("done", "undone")]
    require(runner.connection, runner.settings, steps, state=StepFailed.default_state)


def require_transactions(connection: Connection) -> None:
    """Raises Refused where a pooler gives each statement to another session (PgBouncer's statement mode)."""
    try:
        with connection.transaction():
            connection.execute("SELECT 1")
    except psycopg.errors.ProtocolViolation as error:
        if "statement pooling" not in str(error):
            raise
        raise Refused(
            "the pooler is in statement mode: it refuses transactions, and every step is one",
            hint="Give this role or database pool_mode = transaction (or session) in pgbouncer.ini, or another dsn.",
        ) from error


def require_usable(connection: Connection) -> None:
    """Raises Refused for a session in which nothing can be changed, or not safely."""
    row = connection.execute(
        "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('quote_all_identifiers') = 'on'"
    ).fetchone()
    if row is not None and row[0]:
        raise Refused("this server is a standby in recovery: it is read-only", hint="Connect to the primary.")
    if row is not None and row[1]:
        raise Refused(
            "quote_all_identifiers is on for this role: definitions could not be told apart",
            hint="ALTER ROLE … SET quote_all_identifiers = off, for the role that migrates.",
        )
    require_transactions(connection)


def require_second_session(connection: Connection, settings: Settings) -> None:
    """Raises ConnectError where a pooler gives no second server connection while one is in a transaction: the
    heartbeat would wait for every step, and be taken for dead in a long one. With a direct_dsn it does not pass here.
    """
    if settings.direct_dsn or not session.is_pooled(connection):
        return
    seconds = settings.execute.lease_timeout
    with connection.transaction():
        connection.execute("SELECT 1")
        try:
            with session.open(settings.dsn, name="probe") as second, session.at_most(second, seconds):
                second.execute("SELECT 1")
        except (psycopg.Error, ConnectError) as error:
            raise ConnectError(
                f"The pooler gave no second server connection in {seconds:g} s, and pgwright needs two at a time: to "
                "work, and for its heartbeat.",
                hint="Raise the pool_size of this role and database (SHOW POOLS tells it), or set direct_dsn.",
            ) from error


def require_direct(connection: Connection, settings: Settings, direct: Connection) -> None:
    """Raises ConfigError where direct_dsn leads to another database than dsn, or to a pool in transaction mode."""
    mine, other = (each.execute(_WHERE).fetchone() for each in (connection, direct))
    assert mine is not None, "one row"
    assert other is not None, "one row"
    if mine[:2] != other[:2]:
        raise ConfigError(
            f"dsn and direct_dsn lead to different databases: {mine[2]} (server {mine[0]}) and {other[2]} (server "
            f"{other[0]}).",
            hint="`pgwright config show` names where each comes from; both must lead to one database.",
        )
    if session.is_pooled(direct) and _is_shared(direct, settings):
        raise ConfigError(
            "direct_dsn leads to a pooler in transaction mode, which gives a session to others between two statements.",
            hint="Give it the server itself, or a pool in session mode.",
        )


def _is_shared(direct: Connection, settings: Settings) -> bool:
    """Whether the server connection that served this session serves another one now, while this one is open. Seen is
    what was used last, so this can be missed in a busy pool, but never seen where it is not so."""
    before = direct.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    try:
        with session.open(settings.direct_dsn or settings.dsn, name="probe") as second, second.transaction():
            return second.execute("SELECT pg_catalog.pg_backend_pid()").fetchone() == before
    except (psycopg.Error, PgwrightError):
        return False
