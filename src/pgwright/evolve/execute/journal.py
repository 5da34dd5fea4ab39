"""The journal: the tables in schema `pgwright` of the target database, and every statement that reads or writes them.

A transactional step and its journal row commit together. The journal has a version of its own: newer code upgrades
it in one transaction, older code refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from ...base.errors import PgwrightError, Refused, UsageError
from ...sql.quote import literal
from ..plan.plan_file import Plan, PlannedMigration, PlannedOperation
from ..steps.codec import step_from_json, step_to_json
from ..steps.step import Phase, Step
from ..sync.codec import link_from_json, link_to_json
from ..sync.link import Link
from .lease import LEASE_DDL

_HERE = Path(__file__).parent
_UPGRADES = {int(path.name[:4]): path for path in sorted((_HERE / "upgrades").glob("[0-9]*.sql"))}
"""By the version that each leads to. They only add: a runner of the version before may still be at work."""
VERSION = max(_UPGRADES)
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Record:
    """A migration in the journal. `state` is one of the states of ARCHITECTURE.md; `error` what stopped it last."""

    name: str
    number: str
    checksum: str
    unit: int
    state: str
    error: dict[str, Any] | None = None
    started_at: datetime | None = None
    expanded_at: datetime | None = None
    retire_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """A step in the journal with its state: pending, running, failed, done or undone."""

    unit: int
    position: int
    migration: str | None
    step: Step
    state: str
    backend_pid: int | None = None
    backend_start: datetime | None = None


def ddl() -> str:
    """The script that makes the journal; `init` runs it and `init --sql` prints it."""
    first = (_HERE / "journal.sql").read_text(encoding="utf-8") + "\n" + LEASE_DDL.strip()
    return "\n\n".join([first, *_upgrades(1)]) + "\n"


def _upgrades(version: int) -> list[str]:
    """The scripts that lead from `version` to the one of this code, in order."""
    found = [path.read_text(encoding="utf-8").strip() for to, path in _UPGRADES.items() if to > version]
    return [*found, f"UPDATE pgwright.journal SET version = {VERSION};"] if found else []


def version(connection: Connection) -> int | None:
    """The version of the journal, None where there is none."""
    row = connection.execute("SELECT to_regclass('pgwright.journal') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return None
    found = connection.execute("SELECT version FROM pgwright.journal").fetchone()
    return int(found[0]) if found else None


def create(connection: Connection) -> bool:
    """Makes the journal in one transaction; False when it is there already."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('pgwright.init'))")
        if version(connection) is not None:
            return False
        connection.execute(ddl().encode())
    return True


def upgrade(connection: Connection) -> None:
    """Brings a journal that older code made up to the version of this code, in one transaction. Raises as `require`."""
    if require(connection) == VERSION:
        return
    with connection.transaction():
        connection.execute("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('pgwright.init'))")
        found = require(connection)
        for script in _upgrades(found):
            connection.execute(script.encode())


def require(connection: Connection) -> int:
    """The version of the journal. Raises unless it is there and not newer than this code. Of an older one the tables of
    later versions are missing until a runner has upgraded it."""
    found = version(connection)
    if found is None:
        raise UsageError("this database has no journal yet", hint="Make it with: pgwright init")
    if found > VERSION:
        raise Refused(
            f"the journal has version {found}, this pgwright knows {VERSION}", hint="Install a newer pgwright."
        )
    return found


def records(connection: Connection) -> tuple[Record, ...]:
    """All migrations in the journal, in order of their names."""
    rows = connection.execute(
        "SELECT name, number, checksum, unit, state, error, started_at, expanded_at, retire_at, finished_at "
        'FROM pgwright.migration ORDER BY name COLLATE "C"',
        binary=True,  # the text of a time is in the DateStyle of the role
    ).fetchall()
    keys = (
        "name",
        "number",
        "checksum",
        "unit",
        "state",
        "error",
        "started_at",
        "expanded_at",
        "retire_at",
        "finished_at",
    )
    return tuple(Record(**dict(zip(keys, row, strict=True))) for row in rows)


def planned(connection: Connection, unit: int) -> tuple[PlannedMigration, ...]:
    """What the plan of a unit said about its migrations."""
    rows = connection.execute(
        "SELECT planned FROM pgwright.migration WHERE unit = %s ORDER BY position", (unit,)
    ).fetchall()
    return tuple(_planned_from_json(row[0]) for row in rows)


def _planned_from_json(data: dict[str, Any]) -> PlannedMigration:
    operations = tuple(PlannedOperation(**{**item, "hazards": tuple(item["hazards"])}) for item in data["operations"])
    return PlannedMigration(name=data["name"], number=data["number"], checksum=data["checksum"], operations=operations)


def planned_to_json(migration: PlannedMigration) -> dict[str, Any]:
    """What `planned` reads again."""
    operations = [{**operation.__dict__, "hazards": list(operation.hazards)} for operation in migration.operations]
    return {
        "name": migration.name,
        "number": migration.number,
        "checksum": migration.checksum,
        "operations": operations,
    }


def start_unit(connection: Connection, plan: Plan) -> int:
    """Writes the compiled plan; its migrations are `expanding` from now on. Runs in the caller's transaction."""
    row = connection.execute(
        "INSERT INTO pgwright.unit (id, fingerprint, warnings) "
        "SELECT coalesce(pg_catalog.max(id), 0) + 1, %s, %s FROM pgwright.unit RETURNING id",
        (plan.fingerprint, json.dumps(plan.warnings)),
    ).fetchone()
    assert row is not None
    unit = int(row[0])
    owners = {operation.id: migration.name for migration in plan.migrations for operation in migration.operations}
    for position, migration in enumerate(plan.migrations):
        connection.execute(
            "DELETE FROM pgwright.migration WHERE name = %s AND state = 'rolled back'", (migration.name,)
        )
        connection.execute(
            "INSERT INTO pgwright.migration (name, number, checksum, unit, position, state, planned) "
            "VALUES (%s, %s, %s, %s, %s, 'expanding', %s)",
            (
                migration.name,
                migration.number,
                migration.checksum,
                unit,
                position,
                json.dumps(planned_to_json(migration)),
            ),
        )
    for position, step in enumerate(plan.steps):
        owner = {owners.get(operation) for operation in step.operations}
        connection.execute(
            "INSERT INTO pgwright.step (unit, id, position, migration, phase, body) VALUES (%s, %s, %s, %s, %s, %s)",
            (
                unit,
                step.id,
                position,
                owner.pop() if len(owner) == 1 else None,
                step.phase.value,
                json.dumps(step_to_json(step)),
            ),
        )
    return unit


def steps(connection: Connection, unit: int, phases: Iterable[Phase]) -> tuple[StepRecord, ...]:
    """The steps of a unit in `phases`, in order."""
    rows = connection.execute(
        "SELECT unit, position, migration, body, state, backend_pid, backend_start FROM pgwright.step "
        "WHERE unit = %s AND phase = ANY(%s) ORDER BY position",
        (unit, [phase.value for phase in phases]),
        binary=True,
    ).fetchall()
    return tuple(
        StepRecord(
            unit=row[0],
            position=row[1],
            migration=row[2],
            step=step_from_json(row[3]),
            state=row[4],
            backend_pid=row[5],
            backend_start=row[6],
        )
        for row in rows
    )


def mark_step(unit: int, step: str, state: str, *, error: Mapping[str, Any] | None = None) -> str:
    """The statement that sets the state of a step; `running` also notes the backend and the time."""
    note = f"{literal(json.dumps(error))}::jsonb" if error else "NULL"
    running = (
        ", backend_pid = pg_catalog.pg_backend_pid(), started_at = pg_catalog.clock_timestamp(), backend_start = "
        "(SELECT a.backend_start FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid())"
    )
    extra = {"running": running, "done": _FINISHED, "undone": _FINISHED}.get(state, "")
    return (
        f"UPDATE pgwright.step SET state = {literal(state)}, error = {note}{extra} "
        f"WHERE unit = {unit:d} AND id = {literal(step)}"
    )


_FINISHED = ", finished_at = pg_catalog.clock_timestamp()"


def set_result(unit: int, step: str, result: Mapping[str, Any]) -> str:
    """The statement that keeps what a step found or saved, for the steps that undo it."""
    value = f"{literal(json.dumps(result))}::jsonb"
    return f"UPDATE pgwright.step SET result = {value} WHERE unit = {unit:d} AND id = {literal(step)}"


def result(connection: Connection, unit: int, step: str) -> dict[str, Any]:
    """What `set_result` kept; empty where nothing was."""
    row = connection.execute("SELECT result FROM pgwright.step WHERE unit = %s AND id = %s", (unit, step)).fetchone()
    return dict(row[0]) if row and row[0] else {}


def set_state(connection: Connection, names: Sequence[str], state: str) -> None:
    """Moves migrations to `state`, clears their error and stamps the time where the state has one."""
    stamp = {"expanded": ", expanded_at = clock_timestamp()", "done": ", finished_at = clock_timestamp()"}.get(
        state, ""
    )
    stamp = ", finished_at = clock_timestamp()" if state == "rolled back" else stamp
    statement = f"UPDATE pgwright.migration SET state = %s, error = NULL{stamp} WHERE name = ANY(%s)"
    connection.execute(statement.encode(), (state, list(names)))


def note_of(error: PgwrightError) -> dict[str, Any]:
    """An error as the journal keeps it."""
    return {
        "name": error.name,
        "message": error.message,
        "state": error.state,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }


def set_error(connection: Connection, names: Sequence[str], error: dict[str, Any]) -> None:
    """Notes what stopped the migrations; their state stays."""
    connection.execute(
        "UPDATE pgwright.migration SET error = %s WHERE name = ANY(%s)", (json.dumps(error), list(names))
    )


def links(connection: Connection, relation: int | None = None) -> tuple[Link, ...]:
    """The open links, of one table or of all, from the oldest to the newest."""
    rows = connection.execute(
        "SELECT body FROM pgwright.link WHERE %(oid)s::oid IS NULL OR relation = %(oid)s::oid ORDER BY position",
        {"oid": relation},
    ).fetchall()
    return tuple(link_from_json(row[0]) for row in rows)


def busy(connection: Connection) -> dict[int, str]:
    """The relations (oids) that steps of open migrations still have to lock, each with the oldest such migration."""
    rows = connection.execute(
        "SELECT (lock ->> 'oid')::bigint, min(m.name) FROM pgwright.migration m "
        "JOIN pgwright.step s ON s.unit = m.unit AND s.migration = m.name, "
        "pg_catalog.jsonb_array_elements(s.body -> 'locks') lock WHERE m.state NOT IN ('done', 'rolled back') "
        "AND s.phase IN ('contract', 'retire', 'rollback', 'restore') GROUP BY 1"
    ).fetchall()
    return {row[0]: row[1] for row in rows if row[0]}


_LEAVING = """
SELECT (p ->> 'relation')::bigint, (p ->> 'number')::int, min(m.name) FROM pgwright.migration m
JOIN pgwright.step s ON s.unit = m.unit AND s.migration = m.name, jsonb_extract_path(s.body, 'action', 'parameters') p
WHERE m.state NOT IN ('done', 'rolled back') AND s.phase = 'contract'
  AND s.body -> 'action' ->> 'name' = 'column_rename'
GROUP BY 1, 2
UNION ALL SELECT (t ->> 'relation')::bigint, 0, min(m.name) FROM pgwright.migration m
JOIN pgwright.step s ON s.unit = m.unit AND s.migration = m.name,
jsonb_array_elements(jsonb_extract_path(s.body, 'action', 'parameters', 'tables')) t
WHERE m.state NOT IN ('done', 'rolled back') AND s.body -> 'action' ->> 'name' = 'table_aside' GROUP BY 1
"""


def leaving(connection: Connection) -> dict[tuple[int, int], str]:
    """The columns (table, attnum) and tables (attnum 0) that open migrations drop, each with the migration."""
    return {(row[0], row[1]): row[2] for row in connection.execute(_LEAVING).fetchall()}


_TYPING = """
SELECT (p ->> 'relation')::bigint, (p ->> 'number')::int, min(m.name) FROM pgwright.migration m
JOIN pgwright.step s ON s.unit = m.unit AND s.migration = m.name, jsonb_extract_path(s.body, 'action', 'parameters') p
WHERE m.state NOT IN ('done', 'rolled back') AND s.state <> 'done' AND s.body -> 'action' ->> 'name' = 'column_type'
GROUP BY 1, 2
"""


def typing(connection: Connection) -> dict[tuple[int, int], str]:
    """The columns (table, attnum) that open migrations give another type in place, each with the migration."""
    return {(row[0], row[1]): row[2] for row in connection.execute(_TYPING).fetchall()}


_YOUNGER = """
SELECT min(other.name) FROM pgwright.migration mine
JOIN pgwright.step s ON s.unit = mine.unit AND s.migration = mine.name
JOIN pgwright.migration other ON (other.unit, other.position) > (mine.unit, mine.position)
JOIN pgwright.step o ON o.unit = other.unit AND o.migration = other.name,
pg_catalog.jsonb_array_elements(o.body -> 'locks') lock
WHERE mine.name = %s AND s.body -> 'action' ->> 'name' = 'name_end' AND other.state NOT IN ('done', 'rolled back')
  AND lock ->> 'oid' = s.body -> 'action' -> 'parameters' ->> 'relation'
"""


def younger(connection: Connection, name: str) -> str | None:
    """A younger migration that is open and about a table that `name` renames."""
    row = connection.execute(_YOUNGER, (name,)).fetchone()
    return str(row[0]) if row and row[0] else None


def add_link(unit: int, link: Link) -> str:
    """The statement that opens a link."""
    body = literal(json.dumps(link_to_json(link)))
    return (
        "INSERT INTO pgwright.link (id, position, unit, relation, body) "
        f"SELECT {literal(link.id)}, coalesce(pg_catalog.max(position), 0) + 1, {unit:d}, {link.table:d}, "
        f"{body}::jsonb FROM pgwright.link"
    )


def replace_link(link: Link) -> str:
    """The statement that writes the new body of an open link."""
    body = literal(json.dumps(link_to_json(link)))
    return f"UPDATE pgwright.link SET body = {body}::jsonb WHERE id = {literal(link.id)}"


def remove_link(link_id: str) -> str:
    """The statement that closes a link."""
    return f"DELETE FROM pgwright.link WHERE id = {literal(link_id)}"


def with_state(record: Record, state: str) -> Record:
    """`record` in another state, as it will be read after the commit."""
    return replace(record, state=state)
