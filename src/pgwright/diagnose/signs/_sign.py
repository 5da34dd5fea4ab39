"""What a sign found: its evidence, its share of the time, how sure it is, what would disprove it, and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..query_plan.model import Node


class Confidence(StrEnum):
    """How a finding is known: `measured` in this run, `estimated` from the planner's numbers or statistics,
    `heuristic` from the look of the plan alone."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    HEURISTIC = "heuristic"


class CureKind(StrEnum):
    """What a cure is: a `migration` that pgwright expands online, `maintenance` that runs beside the application
    (ANALYZE, VACUUM), a `setting` that is tried in a session first, a `rewrite` of the statement, or `none`."""

    MIGRATION = "migration"
    MAINTENANCE = "maintenance"
    SETTING = "setting"
    REWRITE = "rewrite"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Cure:
    """A complete cure. `sql` can be run as it is, or is a comment that says what cannot be written from a plan alone.
    `setting` is what a trial may set in a transaction of its own, as (name, value)."""

    kind: CureKind
    sql: str
    setting: tuple[tuple[str, str], ...] = ()


NO_CURE = Cure(kind=CureKind.NONE, sql="")


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A finding before it has a severity. `nodes` are those concerned, the first is where it is shown. `seen` is a
    sentence with the numbers, `fields` the keys and values of the plan that it rests on. `share` (0 to 1) is the most
    that the cure can save of the whole. `why` says what it leads to, `disproof` what would show that it is wrong."""

    nodes: tuple[Node, ...]
    object: str
    seen: str
    why: str
    disproof: str
    share: float
    confidence: Confidence
    cure: Cure = NO_CURE
    fields: Mapping[str, Any] = field(default_factory=dict)
