"""The three things that can be said about a setting, so that families say them in one way."""

from __future__ import annotations

from collections.abc import Callable

from ....base.finding import Severity
from .amounts import spelled
from .situation import Advice, Situation, Standing


def within(
    situation: Situation,
    name: str,
    best: float,
    *,
    low: float,
    high: float,
    formula: str,
    reason: str,
    severity: Severity = Severity.NOTICE,
    versions: str = "14 to 18",
    write: Callable[[float], str] = spelled,
) -> Advice:
    """The setting is fine from `low` to `high`, and else should be `best`, all in bytes or in its own unit."""
    setting = situation.settings[name]
    fine = low <= setting.amount <= high
    return Advice(
        setting=setting,
        standing=Standing.FINE if fine else Standing.CHANGE,
        proposed="" if fine else write(best),
        formula=f"{formula}; fine from {write(low)} to {write(high)}",
        reason=reason,
        severity=severity,
        versions=versions,
    )


def one_of(
    situation: Situation,
    name: str,
    good: tuple[str, ...],
    *,
    reason: str,
    formula: str = "",
    severity: Severity = Severity.NOTICE,
    versions: str = "14 to 18",
) -> Advice:
    """The setting is fine with one of the values `good`, and else should be the first."""
    setting = situation.settings[name]
    fine = setting.value in good
    return Advice(
        setting=setting,
        standing=Standing.FINE if fine else Standing.CHANGE,
        proposed="" if fine else good[0],
        formula=formula or " or ".join(good),
        reason=reason,
        severity=severity,
        versions=versions,
    )


def unknown(situation: Situation, name: str, missing: str, reason: str) -> Advice:
    """Nobody can tell without `missing`, an option of the command line or a counter."""
    return Advice(setting=situation.settings[name], standing=Standing.UNKNOWN, formula=missing, reason=reason)


def whole(value: float) -> str:
    """A number without a fraction."""
    return f"{value:.0f}"


def plain(value: float) -> str:
    """A number as short as it can be written."""
    return f"{value:g}"
