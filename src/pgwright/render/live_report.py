"""What `pgwright live` shows at one moment, and the shape of its JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..activity.moment import Moment
from .report import BackfillStatus, MigrationStatus, RunnerStatus


@dataclass(frozen=True, kw_only=True)
class LiveReport:
    """The server at one moment, and pgwright's own migrations in flight, who runs them and how far they are."""

    moment: Moment
    migrations: tuple[MigrationStatus, ...] = ()
    running: RunnerStatus | None = None
    backfills: tuple[BackfillStatus, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LiveDocument:
    """`live --format json`; under jsonl one line for each look."""

    version: int
    moment: Moment
    migrations: tuple[MigrationStatus, ...]
    running: RunnerStatus | None
    backfills: tuple[BackfillStatus, ...]


def live_document(report: LiveReport) -> dict[str, Any]:
    """The object of one look."""
    return {"version": 1, **asdict(report)}
