"""What the tests of whole servers share: one check, or all of them, looked at."""

from __future__ import annotations

from pathlib import Path

from pgwright.api.health import Manner, health
from pgwright.base.finding import Finding
from pgwright.config import Settings
from pgwright.config.health import HealthSettings
from pgwright.diagnose.health.report import Health, Looked, State


def settings(dsn: str, **thresholds: str | float) -> Settings:
    """Settings for a server; thresholds are written as `check__name`."""
    named = {key.replace("__", "."): value for key, value in thresholds.items()}
    return Settings(dsn=dsn, health=HealthSettings(thresholds=named))


def one(dsn: str, name: str, state: Path, **thresholds: str | float) -> Looked:
    """One check."""
    named = {f"{name}__{key}": value for key, value in thresholds.items()}
    [check] = health(settings(dsn, **named), manner=Manner(checks=(name,), state=state)).checks
    return check


def findings(dsn: str, name: str, state: Path, **thresholds: str | float) -> tuple[Finding, ...]:
    """The findings of a check that could be made."""
    found = one(dsn, name, state, **thresholds)
    assert found.state in (State.MADE, State.PARTLY), found.reason
    return found.findings


def every(dsn: str, state: Path, interval: float | None = None) -> Health:
    """All checks."""
    return health(settings(dsn), manner=Manner(state=state, interval=interval))
