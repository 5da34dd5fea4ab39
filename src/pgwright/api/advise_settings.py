"""Says which settings should change for the machine and the work, and how autovacuum comes to large tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..base.errors import PgwrightError
from ..config import Settings
from ..connect import open
from ..connect.session import Connection
from ..diagnose.advise.settings import reader, spilling, tables
from ..diagnose.advise.settings.advising import SettingsAdvice, told
from ..diagnose.advise.settings.situation import Hardware, Situation
from ..diagnose.advise.settings.spilling import Spilling
from ..diagnose.autovacuum import reader as autovacuum

SHARE = 0.05
"""The share of dead rows that a large table may have: from some 5 % on scans are slower by as much."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the caller knows: the hardware (None: looked up where the server is on this machine), the kind of work,
    how many connections work at once (None: all that are allowed), and the share of dead rows that is fine."""

    hardware: Hardware = field(default_factory=Hardware)
    workload: str = "mixed"
    connections: int | None = None
    share: float = SHARE


def advise_settings(settings: Settings, asked: Asked = Asked()) -> SettingsAdvice:
    """What should change, what is fine, and what cannot be told. Nothing is changed; raises ConnectError and what the
    server refuses."""
    with open(settings.dsn, name="advise") as connection:
        situation = reader.read(connection, asked.hardware, workload=asked.workload, connections=asked.connections)
        snapshot = autovacuum.read(connection)
        spilled, unread = _statements(connection, situation)
    notes = [*_notes(situation, asked), *unread]
    if reason := tables.told_by_rates(snapshot):
        notes.append(reason)
        found = []
    else:
        found = list(tables.advise(snapshot, asked.share))
    return SettingsAdvice(
        situation=situation,
        settings=told(situation),
        tables=tuple(each for each in found if each is not None),
        fine_tables=sum(each is None for each in found),
        statements=spilled,
        notes=tuple(notes),
    )


def _statements(connection: Connection, situation: Situation) -> tuple[tuple[Spilling, ...], list[str]]:
    """The statements that spill, or a sentence why they are not known."""
    from ..workload.read import read

    try:
        workload = read(connection)
    except PgwrightError as error:
        return (), [f"Which statements spill is not known: {error.message}"]
    return spilling.advise(workload.statements, situation.amount("work_mem")), list(workload.notes)


def _notes(situation: Situation, asked: Asked) -> Iterator[str]:
    hardware = situation.hardware
    missing = [f"--{name}" for name in ("memory", "cpus", "storage") if getattr(hardware, name) is None]
    if missing:
        yield f"What hangs on {', '.join(missing)} is not judged: give it."
    if asked.connections is None:
        yield f"All {situation.connections} connections of max_connections were taken to work at once: --connections."
    if not situation.may_alter_system and not situation.provider:
        yield "ALTER SYSTEM wants a superuser, or from 15 on GRANT ALTER SYSTEM ON PARAMETER."
    pending = sorted(each.name for each in situation.settings.values() if each.pending)
    if pending:
        yield f"Changed already, and waiting for a restart: {', '.join(pending)}."
