"""The shape of what `health` prints under `--format json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..base.finding import Finding


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """A check. `state` is `made`, `partly` (something could not be seen), `waits` (for a second look), `unmade` or
    `silenced`; `reason` says why, and `grant` is the statement that would change it. `findings` is how many it has,
    `silenced` how many more the configuration silences. `compared_seconds` is the time to the look that it was compared
    with, null where it compares nothing."""

    name: str
    state: str
    reason: str
    grant: str
    findings: int
    silenced: int
    compared_seconds: float | None
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class HealthValue:
    """A measured value, whether it is bad or not. `help` says what it is; its unit is the last word of `name`."""

    check: str
    name: str
    help: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, kw_only=True)
class HealthDocument:
    """`health --format json`. `at` is the server's clock in seconds since 1970. `findings` stand the worst first."""

    version: int
    database: str
    role: str
    server_version: str
    standby: bool
    at: float
    findings: tuple[Finding, ...]
    checks: tuple[HealthCheck, ...]
    values: tuple[HealthValue, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HealthThreshold:
    """A number from which a check speaks. `unit` is `s`, `B` (bytes), `d` (days), `%`, or empty."""

    name: str
    value: float
    unit: str
    about: str


@dataclass(frozen=True, kw_only=True)
class HealthListed:
    """A check that would be made; `file` is where a check of the user's own stands, empty for ours."""

    name: str
    title: str
    file: str
    thresholds: tuple[HealthThreshold, ...]


@dataclass(frozen=True, kw_only=True)
class HealthChecksDocument:
    """`health --list --format json`."""

    version: int
    checks: tuple[HealthListed, ...]
