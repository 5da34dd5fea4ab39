"""Reads the situation of a server: its settings and what it has counted, in one read-only transaction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from ....catalog.looking import looked
from . import machine
from .situation import Hardware, Setting, Situation, Written

Connection = psycopg.Connection[tuple[Any, ...]]


def read(connection: Connection, given: Hardware, *, workload: str, connections: int | None) -> Situation:
    """The situation. What of the hardware is not `given` is looked up where the server is on this machine. Without
    `connections` all that the server allows may work at once. Raises a translated error when the server refuses."""

    def take() -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        row = _ask(connection, "server")
        return row, _ask(connection, "written_17" if row[0] >= 170000 else "written_14")

    row, written = looked(connection, take, doing="reading the settings")
    version, compiled, has_jit, pid, role, superuser, provider, rows = row
    settings = {each[0]: _setting(each) for each in rows}
    return Situation(
        version=version,
        compiled=compiled,
        settings=settings,
        hardware=_completed(given, connection, pid),
        workload=workload,
        connections=connections or int(settings["max_connections"].value),
        provider=provider or "",
        role=role,
        may_alter_system=superuser and not provider and _value(settings, "allow_alter_system") != "off",
        has_jit=has_jit,
        written=Written(seconds=written[0], bytes=written[1], pages=written[2], timed=written[3], requested=written[4]),
    )


def _ask(connection: Connection, name: str) -> tuple[Any, ...]:
    text = (Path(__file__).parent / "queries" / f"{name}.sql").read_bytes()
    row = connection.execute(text).fetchone()
    assert row is not None
    return row


def _value(settings: dict[str, Setting], name: str) -> str:
    return settings[name].value if name in settings else ""


def _setting(row: list[Any]) -> Setting:
    name, value, unit, context, source, boot, choices, pending = row
    return Setting(
        name=name,
        value=value,
        unit=unit,
        context=context,
        source=source,
        boot=boot,
        choices=tuple(choices),
        pending=pending,
    )


def _completed(given: Hardware, connection: Connection, pid: int) -> Hardware:
    """What was given, and what this machine has where the server is on it."""
    origins = {name: "given" for name in ("memory", "cpus", "storage") if getattr(given, name) is not None}
    found = machine.detected(connection.info.host, pid)
    if found is None:
        return replace(given, origins=origins)
    memory, cpus = found
    if given.memory is None and memory is not None:
        given, origins["memory"] = replace(given, memory=memory), "seen on this machine, on which the server runs"
    if given.cpus is None:
        given, origins["cpus"] = replace(given, cpus=cpus), "seen on this machine, on which the server runs"
    return replace(given, origins=origins)
