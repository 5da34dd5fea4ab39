"""Looks whether this role on this server can do what pgwright needs. It reads, and changes nothing.

Rights are asked of the server, never tried out. What is asked is told by the queries beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ..base.finding import Evidence, Finding, Severity
from ..config import Settings
from ..connect import open, redact, translate
from ..evolve.execute.rights import ownership
from ..sql.quote import ident, literal, qualified
from ._ways import ways

NEEDED_SESSIONS = 6  # the runner, its heartbeat, the throttle, its probe, a VACUUM, and one to look at the others
_QUERIES = Path(__file__).parent / "queries"
_SHOWN = 20  # tables of one kind that get a finding of their own; the others are counted

Row = dict[str, Any]
Connection = psycopg.Connection[tuple[Any, ...]]


def doctor(settings: Settings) -> tuple[Finding, ...]:
    """Everything that is missing or worth knowing, none where all is well. Raises ConnectError when the server cannot
    be reached or is older than 14."""
    with open(settings.dsn, name="doctor") as connection:
        try:
            return tuple(_look(connection, settings))
        except psycopg.Error as error:
            raise translate(error, doing="looking at rights and settings") from error


def _look(connection: Connection, settings: Settings) -> Iterator[Finding]:
    facts = _rows(connection, "doctor_session")[0]
    schemas = {"schemas": list(settings.schemas)}
    yield from _server(facts)
    yield from _journal(facts)
    yield from _database(facts)
    yield from _schemas(facts, _rows(connection, "doctor_schemas", schemas))
    yield from _tables(facts, _rows(connection, "doctor_tables", schemas))
    yield from _silence(connection, facts)
    yield from _statements(connection, facts)
    yield from _standbys(connection, facts)
    yield from _prepared(_rows(connection, "doctor_prepared"))
    yield from ways(connection, settings)  # last: a pooler may end the session over it


def _rows(connection: Connection, name: str, parameters: Row | None = None) -> list[Row]:
    """The rows of a query beside this file, by column name."""
    text = (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text.encode(), parameters).fetchall()


def _finding(name: str, object: str, severity: Severity, evidence: str, why: str, cure: str = "") -> Finding:
    return Finding(
        kind="doctor",
        name=name,
        object=object,
        severity=severity,
        evidence=Evidence(text=evidence),
        why=why,
        cure_sql=cure,
    )


def _server(facts: Row) -> Iterator[Finding]:
    """The server itself: is it a primary, and has it sessions left."""
    if facts["standby"]:
        yield _finding(
            "standby_server", facts["database"], Severity.DANGER,
            "The server is in recovery.", "A standby is read-only: connect to the primary.",
        )  # fmt: skip
    for what, limit, used, cure in (
        ("role", facts["role_limit"], facts["role_sessions"], f"ALTER ROLE {ident(facts['login'])}"),
        ("database", facts["database_limit"], facts["database_sessions"], f"ALTER DATABASE {ident(facts['database'])}"),
    ):
        if limit >= 0 and limit - used < NEEDED_SESSIONS and not facts["superuser"]:
            yield _finding(
                "few_sessions_left", f"CONNECTION LIMIT of the {what}", Severity.WARNING,
                f"{used} of {limit} sessions are in use, {max(limit - used, 0)} are left.",
                f"pgwright needs up to {NEEDED_SESSIONS} at a time.",
                f"{cure} CONNECTION LIMIT {used + NEEDED_SESSIONS};",
            )  # fmt: skip
    left = facts["slots"] - facts["sessions"]
    if left < NEEDED_SESSIONS and not facts["superuser"]:
        yield _finding(
            "few_sessions_left", "max_connections", Severity.WARNING,
            f"{facts['sessions']} of {facts['slots']} sessions are in use, {max(left, 0)} are left.",
            f"pgwright needs up to {NEEDED_SESSIONS} at a time; the application may be refused instead.",
            f"ALTER SYSTEM SET max_connections = {facts['slots'] + 20}; -- needs a restart",
        )  # fmt: skip


def _journal(facts: Row) -> Iterator[Finding]:
    """The schema pgwright and the journal in it."""
    role = ident(facts["role"])
    if not facts["has_schema"]:
        if facts["may_create"]:
            yield _finding(
                "no_journal", facts["database"], Severity.WARNING, "There is no schema pgwright in this database.",
                "Nothing can be expanded before pgwright init has been run once.",
            )  # fmt: skip
        else:
            yield _finding(
                "journal_cannot_be_made", facts["database"], Severity.DANGER,
                f"There is no schema pgwright, and {facts['role']} lacks CREATE on the database.",
                "Grant it for once, or let somebody run the script of pgwright init --sql.",
                f"GRANT CREATE ON DATABASE {ident(facts['database'])} TO {role};",
            )  # fmt: skip
        return
    missing = [
        right
        for right, has in (("USAGE", facts["may_use_schema"]), ("CREATE", facts["may_create_in_schema"]))
        if not has
    ]
    if missing:
        yield _finding(
            "journal_not_usable", "pgwright", Severity.DANGER,
            f"{facts['role']} lacks {' and '.join(missing)} on schema pgwright.",
            "The journal and the functions of the sync triggers live there.",
            f"ALTER SCHEMA pgwright OWNER TO {role};",
        )  # fmt: skip
    elif facts["journal_of_others"]:
        tables = facts["journal_of_others"]
        yield _finding(
            "journal_not_usable", "pgwright", Severity.DANGER,
            f"{facts['role']} does not own {', '.join(tables)} in schema pgwright.",
            "Who migrates must own the journal.",
            "\n".join(f"ALTER TABLE {qualified('pgwright', table)} OWNER TO {role};" for table in tables),
        )  # fmt: skip
    elif not facts["has_journal"]:
        yield _finding(
            "no_journal", "pgwright", Severity.WARNING, "Schema pgwright is there and holds no journal.",
            "Nothing can be expanded before pgwright init has been run once.",
        )  # fmt: skip


def _database(facts: Row) -> Iterator[Finding]:
    """Rights on the database."""
    if not facts["may_temp"]:
        yield _finding(
            "no_temporary_tables", facts["database"], Severity.DANGER,
            f"{facts['role']} lacks TEMP on the database.",
            "Expressions of a migration are tried on an empty temporary copy before anything is planned.",
            f"GRANT TEMPORARY ON DATABASE {ident(facts['database'])} TO {ident(facts['role'])};",
        )  # fmt: skip


def _schemas(facts: Row, rows: list[Row]) -> Iterator[Finding]:
    """Rights on the schemas of tables."""
    for row in rows:
        missing = [right for right, has in (("USAGE", row["may_use"]), ("CREATE", row["may_create"])) if not has]
        yield _finding(
            "schema_not_usable", row["name"], Severity.WARNING,
            f"{facts['role']} lacks {' and '.join(missing)} on schema {row['name']}.",
            "Tables of this schema cannot get new indexes, columns with checks, or views.",
            f"GRANT {', '.join(missing)} ON SCHEMA {ident(row['name'])} TO {ident(facts['role'])};",
        )  # fmt: skip


def _tables(facts: Row, rows: list[Row]) -> Iterator[Finding]:
    """Tables of other owners, and tables whose policies hide rows from this role."""
    others = [row for row in rows if not row["owned"]]
    for row in others[:_SHOWN]:
        yield _finding(
            "table_of_another_owner", f"{row['schema']}.{row['name']}", Severity.WARNING,
            f"The owner is {row['owner']}, and {facts['role']} "
            + ("is a member of it but does not inherit its rights." if row["member"] else "is not a member of it."),
            "Only the owner may alter a table.", _own(facts, row),
        )  # fmt: skip
    if len(others) > _SHOWN:
        owners = sorted({row["owner"] for row in others[_SHOWN:]})
        yield _finding(
            "table_of_another_owner", f"{len(others) - _SHOWN} more tables", Severity.WARNING,
            f"Their owners are {', '.join(owners)}.", "Only the owner may alter a table.",
            "\n".join(dict.fromkeys(_own(facts, row) for row in others[_SHOWN:])),
        )  # fmt: skip
    forced = [f"{row['schema']}.{row['name']}" for row in rows if row["forced"]]
    if forced and not facts["bypass_rls"]:
        yield _finding(
            "forced_row_security", ", ".join(forced), Severity.WARNING,
            f"{facts['role']} lacks BYPASSRLS, and the policies of these tables apply to their owner too.",
            "A row that a policy hides would never be filled; pgwright refuses to work on them.",
            f"ALTER ROLE {ident(facts['role'])} BYPASSRLS;",
        )  # fmt: skip


def _own(facts: Row, row: Row) -> str:
    """How the role comes to own a table."""
    return ownership(
        ident(facts["role"]), row["owner"], qualified(row["schema"], row["name"]),
        member=row["member"], owner_is_superuser=row["owner_is_superuser"],
    )  # fmt: skip


def _silence(connection: Connection, facts: Row) -> Iterator[Finding]:
    """Whether user triggers can be kept out of the backfill."""
    allowed = facts["superuser"]
    if not allowed and facts["version"] >= 150000:
        query = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
        row = connection.execute(query).fetchone()
        allowed = bool(row and row[0])
    if not allowed:
        cure = f"GRANT SET ON PARAMETER session_replication_role TO {ident(facts['role'])};"
        yield _finding(
            "triggers_cannot_be_silenced", "session_replication_role", Severity.NOTICE,
            f"{facts['role']} may not set session_replication_role.",
            "The triggers of a table would fire for each row of a backfill; such tables need --allow then.",
            cure if facts["version"] >= 150000 else "-- before PostgreSQL 15 only a superuser may set it",
        )  # fmt: skip


def _statements(connection: Connection, facts: Row) -> Iterator[Finding]:
    """Whether the statements of the application can be seen."""
    evidence, cure = "", ""
    if not facts["has_statements"]:
        evidence = "The extension pg_stat_statements is not installed in this database."
        cure = "CREATE EXTENSION pg_stat_statements; -- with shared_preload_libraries = 'pg_stat_statements'"
    elif not facts["reads_all_stats"]:
        evidence = f"{facts['role']} sees its own statements only."
        cure = f"GRANT pg_read_all_stats TO {ident(facts['role'])};"
    else:
        try:
            view = qualified(facts["statements_schema"], "pg_stat_statements")
            connection.execute(f"SELECT 1 FROM {view} LIMIT 1".encode())
        except psycopg.Error as error:
            evidence = f"pg_stat_statements cannot be read: {redact(str(error.diag.message_primary))}."
            cure = "-- shared_preload_libraries must hold pg_stat_statements; needs a restart"
    if evidence:
        yield _finding(
            "statements_not_visible", "pg_stat_statements", Severity.NOTICE, evidence,
            "pgwright cannot tell which statements of the application still use an old name; strategy auto takes copy.",
            cure,
        )  # fmt: skip


def _standbys(connection: Connection, facts: Row) -> Iterator[Finding]:
    """Whether the throttle sees how far standbys are."""
    query = "SELECT count(*) FROM pg_catalog.pg_stat_replication WHERE state IS NULL"
    row = connection.execute(query).fetchone()
    if row and row[0]:
        yield _finding(
            "standbys_not_visible", "pg_stat_replication", Severity.WARNING,
            f"{facts['role']} does not see how far {row[0]} standbys or subscribers are.",
            "A backfill is held by the limit replay_lag, because what cannot be seen may be late.",
            f"GRANT pg_monitor TO {ident(facts['role'])};",
        )  # fmt: skip


def _prepared(rows: list[Row]) -> Iterator[Finding]:
    """Prepared transactions that lie around."""
    for row in rows:
        yield _finding(
            "prepared_transaction", row["gid"], Severity.WARNING,
            f"Prepared {row['age']:,.0f} s ago by {row['owner']}, and never ended.",
            "It holds its locks and keeps vacuum back until somebody ends it.",
            f"ROLLBACK PREPARED {literal(row['gid'])}; -- or COMMIT PREPARED, as its transaction manager says",
        )  # fmt: skip
