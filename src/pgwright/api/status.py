"""Where every migration is, who runs, and what is being filled. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..config import Settings
from ..connect import session
from ..connect.session import Connection
from ..evolve.execute import chunks, control, drift, journal, lease, usage
from ..evolve.plan.files import Migration, load
from ..render.report import (
    BackfillStatus,
    HeldStatus,
    MigrationStatus,
    PauseStatus,
    RunnerStatus,
    Status,
    UnitReport,
)
from . import _drift

FRESH = 10.0  # seconds for which the rate that a runner told is believed
PHASES = {"expanding": "expand", "contracting": "contract", "retiring": "retire", "rolling back": "rollback"}


def status(settings: Settings) -> Status:
    """The state of every migration file and of everything in the journal."""
    with session.open(settings.dsn, name="status") as connection:
        files = load(settings.migrations) if settings.migrations.is_dir() else ()
        if journal.version(connection) is None:
            migrations = tuple(
                MigrationStatus(name=each.name, state="pending", checksum=each.checksum) for each in files
            )
            return Status(
                migrations=migrations, warnings=("This database has no journal yet: pgwright init makes it.",)
            )
        # Of a journal that is older than the row nothing can be paused; the next runner upgrades it.
        said = control.read(connection) if journal.require(connection) >= control.SINCE else None
        running = runner(settings, connection)
        alive = said if running is not None and running.alive else None
        return Status(
            migrations=_migrations(files, journal.records(connection)),
            running=running,
            backfills=backfills(connection, alive),
            paused=paused(said),
            held=_held(alive),
            warnings=(
                *_warnings(connection),
                *_drift.found(settings, connection)[1],
                *drift.found(connection),
                *_old_names(connection),
            ),
        )


def report(
    settings: Settings, connection: Connection, names: Sequence[str], *, files: Sequence[Migration] | None = None
) -> UnitReport:
    """The migrations `names` as they are now; `files` where they were read already."""
    if files is None:
        files = load(settings.migrations) if settings.migrations.is_dir() else ()
    found, wanted = _migrations(files, journal.records(connection)), set(names)
    return UnitReport(migrations=tuple(each for each in found if each.name in wanted))


def _migrations(files: Sequence[Migration], records: Sequence[journal.Record]) -> tuple[MigrationStatus, ...]:
    by_name = {record.name: record for record in records}
    checksums = {each.name: each.checksum for each in files}
    names = sorted({*by_name, *checksums})
    return tuple(_migration(name, by_name.get(name), checksums.get(name)) for name in names)


def _migration(name: str, record: journal.Record | None, checksum: str | None) -> MigrationStatus:
    if record is None:
        return MigrationStatus(name=name, state="pending", checksum=checksum or "")
    return MigrationStatus(
        name=name,
        state=record.state,
        unit=record.unit,
        phase=PHASES.get(record.state, ""),
        checksum=record.checksum,
        error=str((record.error or {}).get("message", "")),
        started_at=_time(record.started_at),
        finished_at=_time(record.finished_at),
        edited=checksum is not None and checksum != record.checksum and record.state != "rolled back",
    )


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def runner(settings: Settings, connection: Connection) -> RunnerStatus | None:
    """Who holds the lease, None where nobody does."""
    found = lease.holder(connection)
    if found is None or found.holder is None:
        return None
    who, _, pid = found.holder.rpartition(" pid ")
    alive = not found.gone and found.silent <= settings.execute.lease_timeout
    return RunnerStatus(
        host=who.rpartition("@")[2], pid=int(pid), epoch=found.epoch, heartbeat_age=found.silent, alive=alive
    )


def paused(said: control.Control | None) -> PauseStatus | None:
    """Who has paused, if somebody has."""
    if said is None or said.paused_by is None:
        return None
    return PauseStatus(by=said.paused_by, since=_time(said.paused_at) or "", reason=said.pause_reason or "")


def _held(said: control.Control | None) -> HeldStatus | None:
    """What the throttle of a live runner says."""
    if said is None or said.reason is None:
        return None
    return HeldStatus(reason=said.reason, since=_time(said.reason_at) or "")


def backfills(connection: Connection, said: control.Control | None) -> tuple[BackfillStatus, ...]:
    """How far each backfill under way is. `said` is what the runner tells, None where it is not at work."""
    rows = connection.execute(
        "SELECT DISTINCT s.unit, s.id, s.body -> 'scans' -> 0 ->> 0, s.body -> 'scans' -> 0 ->> 1 FROM pgwright.step s "
        "JOIN pgwright.chunk c ON c.unit = s.unit AND c.step = s.id JOIN pgwright.migration m ON m.unit = s.unit "
        "WHERE m.state = 'expanding' AND s.state <> 'done' ORDER BY 1, 2"
    ).fetchall()
    fresh = said if said is not None and said.told_age is not None and said.told_age < FRESH else None
    found = []
    for unit, step, schema, name in rows:
        done = chunks.progress(connection, unit, step)
        found.append(
            BackfillStatus(
                relation=f"{schema}.{name}",
                blocks_done=done.blocks_done,
                blocks_total=done.blocks_total,
                rows=done.rows,
                rows_per_second=fresh.rows_per_second if fresh and len(rows) == 1 else None,
                seconds_left=fresh.seconds_left if fresh and len(rows) == 1 else None,
            )
        )
    return tuple(found)


def _warnings(connection: Connection) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT m.name, u.warnings FROM pgwright.migration m JOIN pgwright.unit u ON u.id = m.unit WHERE m.state "
        "NOT IN ('done', 'rolled back')"
    ).fetchall()
    return tuple(dict.fromkeys(warning for _, warnings in rows for warning in warnings))


def _old_names(connection: Connection) -> tuple[str, ...]:
    """Which known statements still use the old side of what is expanded."""
    expanded = {record.name: record for record in journal.records(connection) if record.state == "expanded"}
    columns = (
        f"{link.migration}: {sentence}"
        for link in journal.links(connection)
        if link.migration in expanded
        for sentence in usage.since_expand(connection, link)
    )
    tables = (
        f"{name}: {sentence}"
        for name, record in expanded.items()
        for sentence in usage.names_since_expand(connection, record.unit, name)
    )
    return (*columns, *tables)
