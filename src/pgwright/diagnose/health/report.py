"""What a look at a database gave: each check with its state, its findings and its measured values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...base.finding import Finding, Severity
from .checks._check import Value


class State(StrEnum):
    """How a check went: `made`; `partly`, where something could not be seen; `waits` for a second look; `unmade`, where
    it could not be made; `silenced` by the configuration."""

    MADE = "made"
    PARTLY = "partly"
    WAITS = "waits"
    UNMADE = "unmade"
    SILENCED = "silenced"


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One check. `reason` says why it was not made, or not whole, `grant` is the statement that would change that.
    `silenced` are findings that the configuration does not want to see. `compared` are the seconds to the look that it
    was compared with, None for no comparison; `ms` is how long the server took."""

    name: str
    state: State
    findings: tuple[Finding, ...] = ()
    values: tuple[Value, ...] = ()
    reason: str = ""
    grant: str = ""
    silenced: int = 0
    compared: float | None = None
    ms: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Health:
    """The health of one database. `at` is the server's clock in seconds since 1970, `notes` are sentences about the run
    itself."""

    database: str
    role: str
    version: str
    standby: bool
    at: float
    checks: tuple[Looked, ...]
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the worst first; within a severity in the order of the checks."""
        order = list(Severity)
        every = [finding for check in self.checks for finding in check.findings]
        return tuple(sorted(every, key=lambda finding: -order.index(finding.severity)))
