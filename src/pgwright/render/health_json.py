"""The JSON object of `health`; its shape is `health_documents.HealthDocument`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..diagnose.health.catalogue import Check
from ..diagnose.health.report import Health, Looked
from .health_documents import (
    HealthCheck,
    HealthChecksDocument,
    HealthDocument,
    HealthListed,
    HealthThreshold,
    HealthValue,
)
from .json_ import VERSION


def health_document(health: Health) -> dict[str, Any]:
    """The object."""
    document = HealthDocument(
        version=VERSION,
        database=health.database,
        role=health.role,
        server_version=health.version,
        standby=health.standby,
        at=round(health.at, 3),
        findings=health.findings,
        checks=tuple(map(_check, health.checks)),
        values=tuple(value for check in health.checks for value in _values(check)),
        notes=health.notes,
    )
    return asdict(document)


def checks_document(checks: Sequence[Check]) -> dict[str, Any]:
    """The object of `health --list`."""
    listed = tuple(
        HealthListed(
            name=check.name,
            title=check.title,
            file=check.file,
            thresholds=tuple(
                HealthThreshold(name=name, value=each.default, unit=each.unit, about=each.about)
                for name, each in check.thresholds.items()
            ),
        )
        for check in checks
    )
    return asdict(HealthChecksDocument(version=VERSION, checks=listed))


def _check(check: Looked) -> HealthCheck:
    return HealthCheck(
        name=check.name,
        state=check.state.value,
        reason=check.reason,
        grant=check.grant,
        findings=len(check.findings),
        silenced=check.silenced,
        compared_seconds=None if check.compared is None else round(check.compared, 3),
        milliseconds=round(check.ms, 3),
    )


def _values(check: Looked) -> list[HealthValue]:
    return [
        HealthValue(check=check.name, name=each.name, help=each.help, labels=dict(each.labels), value=each.value)
        for each in check.values
    ]
