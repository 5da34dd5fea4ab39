"""Says which statistics are missing, old or too coarse, and which columns hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..base.errors import PgwrightError
from ..config import Settings
from ..connect import open
from ..connect.session import Connection
from ..diagnose.advise.statistics import compared, reader, sampling
from ..diagnose.advise.statistics.advising import StatisticsAdvice, found
from ..diagnose.advise.statistics.candidates import Candidate, candidates
from ..diagnose.advise.statistics.values import Measured, Seen
from ..workload.read import read as read_workload
from ..workload.values import Workload

MOST = 50
"""Sets of columns that are sampled, those with the most time first."""


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """That samples may be drawn, and how long each may take."""

    timeout_ms: int = 10_000


def advise_statistics(
    settings: Settings, files: Sequence[Path] = (), *, sampling: Sampling | None = None
) -> StatisticsAdvice:
    """What should change. Statements are those of `files` (logs, or one .sql file), else of pg_stat_statements. Whether
    columns hang together is measured only with `sampling`. Nothing is changed; raises ConnectError, what the server
    refuses, and WorkloadError for files that have no statement."""
    with open(settings.dsn, name="advise") as connection:
        seen = reader.read(connection)
        workload, notes = _workload(connection, files)
        if workload is not None:
            asked, failed = compared.ask(connection, workload.statements, seen.tables)
            seen = replace(seen, compared=asked)
            notes += (
                [f"{failed} statements could not be planned: without their values, or because somebody holds a table."]
                if failed
                else []
            )
        sets = candidates(seen)
        if sampling is not None:
            measured, unmeasured = _measured(connection, seen, sets[:MOST], sampling)
            seen, notes = replace(seen, measured=measured), notes + unmeasured
    return StatisticsAdvice(
        findings=found(seen),
        candidates=tuple((seen.tables[each.table].full_name, each) for each in sets),
        sampled=sampling is not None,
        notes=(*notes, *_hidden(seen)),
    )


def _workload(connection: Connection, files: Sequence[Path]) -> tuple[Workload | None, list[str]]:
    """The statements, or None and why none are known. Files that were named must be readable."""
    if files:
        workload = read_workload(list(files))
        return workload, list(workload.notes)
    try:
        workload = read_workload(connection)
    except PgwrightError as error:
        return None, [f"Which columns statements compare is not known: {error.message}"]
    return workload, list(workload.notes)


def _measured(
    connection: Connection, seen: Seen, sets: Sequence[Candidate], how: Sampling
) -> tuple[tuple[Measured, ...], list[str]]:
    results = [sampling.measure(connection, seen, each, how.timeout_ms) for each in sets]
    return tuple(each for each, _ in results if each is not None), [reason for _, reason in results if reason]


def _hidden(seen: Seen) -> list[str]:
    """The tables whose statistics the role may not see."""
    hidden = sorted(each.full_name for each in seen.tables.values() if not each.readable)
    if not hidden:
        return []
    shown = ", ".join(hidden[:5]) + (", …" if len(hidden) > 5 else "")
    return [f"Statistics of {len(hidden)} tables are hidden from this role, which may not read them: {shown}."]
