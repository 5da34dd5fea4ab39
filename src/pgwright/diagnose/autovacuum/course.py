"""What will come: the next vacuum and analyze of a table, how often they come, and how many rows lie dead meanwhile.

Times are spans. A table that is due waits for the next look at its database, up to naptime, and longer where all
workers are busy; how long nobody knows, so that is left out and said by whoever shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .formulas import exceeded, needed, thresholds
from .values import Relation, Rules


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Rows per second that die (by UPDATE and DELETE), come, and change in any way."""

    dead: float
    inserted: float
    modified: float


@dataclass(frozen=True, kw_only=True)
class Course:
    """Seconds until the next vacuum and analyze if rates stay, from when they are due (0: now) until when they are
    begun at the latest; None: never. `vacuum_reason` is what brings it (`dead`, `inserted`, `freeze`, `multixact`, "").
    `vacuum_every` and `analyze_every` are the seconds between two in the long run. `dead_most` are the dead rows right
    before a vacuum, None: more and more. `dead_share` is the same as a fraction of all rows."""

    vacuum_reason: str
    vacuum_due: float | None
    vacuum_latest: float | None
    vacuum_every: float | None
    analyze_due: float | None
    analyze_latest: float | None
    analyze_every: float | None
    dead_most: float | None
    dead_share: float | None


def course(
    relation: Relation, rates: Rates, *, naptime: float, duration: float = 0.0, rules: Rules | None = None
) -> Course:
    """The course of `relation`, by its own rules or by others that are tried. `duration` is how long a vacuum takes."""
    rules = rules or relation.rules
    limits = thresholds(relation, rules)
    dead = _until(relation.dead, limits.dead, rates.dead)
    inserted = _until(relation.inserted, limits.inserted, rates.inserted)
    reason, first = _first(relation, rules, dead, inserted)
    every = _least(_until(0, limits.dead, rates.dead), _until(0, limits.inserted, rates.inserted))
    analyze = _until(relation.modified, limits.modified, rates.modified)
    most = rates.dead * (every + naptime + duration) if every is not None else None if rates.dead else 0.0
    return Course(
        vacuum_reason=reason,
        vacuum_due=first,
        vacuum_latest=_later(first, naptime),
        vacuum_every=_later(every, naptime / 2 + duration),
        analyze_due=analyze,
        analyze_latest=_later(analyze, naptime),
        analyze_every=_later(_until(0, limits.modified, rates.modified), naptime / 2),
        dead_most=most,
        dead_share=most / (relation.rows + most) if most is not None and relation.rows + most > 0 else None,
    )


def _first(relation: Relation, rules: Rules, dead: float | None, inserted: float | None) -> tuple[str, float | None]:
    """What brings the next vacuum, and in how many seconds."""
    if relation.xid_age > rules.freeze_max_age:
        return "freeze", 0.0
    if relation.multixact_age > rules.multixact_freeze_max_age:
        return "multixact", 0.0
    if dead is None and inserted is None:
        return "", None
    if inserted is None or (dead is not None and dead <= inserted):
        return "dead", dead
    return "inserted", inserted


def _until(count: float, threshold: float | None, rate: float) -> float | None:
    """Seconds until the count, which grows by `rate`, is beyond the threshold."""
    if threshold is None:
        return None
    if exceeded(count, threshold):
        return 0.0
    return (needed(threshold) - count) / rate if rate > 0 else None


def _least(one: float | None, other: float | None) -> float | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _later(seconds: float | None, more: float) -> float | None:
    return None if seconds is None else seconds + more
