"""The server's own decision whether a table is vacuumed or analyzed, to the last bit (autovacuum.c of 14 to 18).

It reckons with single precision: of a table of thirty million rows the threshold is not the one of pocket calculators.
A row more than the threshold is needed: at the threshold itself nothing happens.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import floor

from .values import Relation, Rules


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What must be exceeded: dead rows, rows inserted since the last vacuum, rows modified since the last analyze.
    None: it never happens for that reason."""

    dead: float | None
    inserted: float | None
    modified: float | None


@dataclass(frozen=True, kw_only=True)
class Due:
    """What autovacuum does when it next looks: `vacuum` for the reasons `dead`, `inserted`, `freeze` or `multixact` (""
    for none), `analyze` or not."""

    vacuum: str
    analyze: bool


def thresholds(relation: Relation, rules: Rules | None = None) -> Thresholds:
    """The thresholds of the relation, by its own rules or by others that are tried. `frozen_pages` is None before 18,
    and so is never a reason for fewer."""
    rules = rules or relation.rules
    rows = max(_single(relation.rows), 0.0)
    if not rules.enabled:
        return Thresholds(dead=None, inserted=None, modified=None)
    dead = _threshold(rules.threshold, rules.scale_factor, rows)
    if rules.max_threshold >= 0:
        dead = min(dead, _single(rules.max_threshold))
    inserted = None
    if rules.insert_threshold >= 0:
        inserted = _threshold(rules.insert_threshold, rules.insert_scale_factor, rows, unfrozen(relation))
    modified = None if relation.toast else _threshold(rules.analyze_threshold, rules.analyze_scale_factor, rows)
    return Thresholds(dead=dead, inserted=inserted, modified=modified)


def unfrozen(relation: Relation) -> float:
    """The fraction of the pages that are not frozen: 1 before 18, and where nothing is."""
    if not relation.frozen_pages or relation.pages <= 0:
        return 1.0
    return _single(1 - _single(_single(min(relation.frozen_pages, relation.pages)) / _single(relation.pages)))


def due(relation: Relation, rules: Rules | None = None) -> Due:
    """What the server would do with the relation now. Freezing is done where autovacuum is off, too."""
    rules = rules or relation.rules
    limits = thresholds(relation, rules)
    if relation.xid_age > rules.freeze_max_age:
        vacuum = "freeze"
    elif relation.multixact_age > rules.multixact_freeze_max_age:
        vacuum = "multixact"
    elif exceeded(relation.dead, limits.dead):
        vacuum = "dead"
    elif exceeded(relation.inserted, limits.inserted):
        vacuum = "inserted"
    else:
        vacuum = ""
    return Due(vacuum=vacuum, analyze=exceeded(relation.modified, limits.modified))


def exceeded(count: float, threshold: float | None) -> bool:
    """Whether a count is beyond its threshold, as the server compares them."""
    return threshold is not None and _single(count) > threshold


def needed(threshold: float) -> int:
    """The least count that is beyond the threshold."""
    count = floor(threshold) + 1
    while not exceeded(count, threshold):  # single precision cannot tell it from the threshold
        count += max(count >> 24, 1)
    return count


def _threshold(base: int, factor: float, rows: float, fraction: float = 1.0) -> float:
    scaled = _single(_single(_single(factor) * rows) * fraction) if fraction < 1 else _single(_single(factor) * rows)
    return _single(_single(base) + scaled)


def _single(value: float) -> float:
    """`value` as a float4."""
    found: float = struct.unpack("f", struct.pack("f", value))[0]
    return found
