"""The way back: which settings keep at most a share of a table dead.

What dies while a vacuum waits for its turn, and while it works, is dead on top of the threshold; a table that changes
faster than that has no setting that helps, and it is said what would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, log10

from .course import Rates
from .formulas import thresholds
from .values import Relation, Rules

LEAST_FACTOR = 0.0001
"""A smaller factor is said as a plain threshold: of a hundred million rows it is still ten thousand."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The rules that keep the share, with the storage parameters that make them (`options`, none: the present ones do),
    and in a sentence why there are none where there are none."""

    rules: Rules | None
    options: tuple[tuple[str, str], ...] = ()
    reason: str = ""


def target(relation: Relation, rates: Rates, *, share: float, naptime: float, duration: float = 0.0) -> Target:
    """The settings with which at most `share` (0 to 1) of the rows are dead at any time, if rates stay. The factor is
    taken, so that the setting is right when the table has grown; a threshold where a factor would be too small."""
    rows = max(relation.rows, 0.0)
    allowed = rows * share / (1 - share)
    meanwhile = rates.dead * (naptime + duration)
    left = allowed - meanwhile
    if left < 1:
        return Target(
            rules=None,
            reason=(
                f"{meanwhile:,.0f} rows die in the {naptime + duration:,.0f} s between two looks and while a vacuum "
                f"works, and {allowed:,.0f} are allowed: a shorter naptime or a higher cost limit has to come first."
            ),
        )
    now = thresholds(relation).dead
    if now is not None and now <= left:
        return Target(rules=relation.rules)
    return _lower(relation, left, rows)


def _lower(relation: Relation, left: float, rows: float) -> Target:
    base = relation.rules.threshold
    factor = _rounded((left - base) / rows) if rows else 0.0
    if factor >= LEAST_FACTOR:
        options = [("autovacuum_vacuum_scale_factor", f"{factor:.10f}".rstrip("0"))]
        return Target(
            rules=replace(relation.rules, scale_factor=factor, enabled=True), options=_enabled(relation, options)
        )
    threshold = int(_rounded(left))
    options = [("autovacuum_vacuum_scale_factor", "0"), ("autovacuum_vacuum_threshold", str(threshold))]
    rules = replace(relation.rules, scale_factor=0.0, threshold=threshold, enabled=True)
    return Target(rules=rules, options=_enabled(relation, options))


def _enabled(relation: Relation, options: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    off = "autovacuum_enabled" in relation.rules.own and not relation.rules.enabled
    return (("autovacuum_enabled", "true"), *options) if off else tuple(options)


def _rounded(value: float) -> float:
    """`value` rounded down to two digits, which is how people write such settings."""
    if value <= 0:
        return 0.0
    step = 10.0 ** (floor(log10(value)) - 1)
    return float(f"{floor(value / step + 1e-9) * step:.12g}")
