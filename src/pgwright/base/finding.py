"""One shape for everything that pgwright finds: lint, signs, health, advice, missing grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_WHERE = {
    "session": "in a session",
    "clone": "on a clone",
    "hypopg": "by HypoPG",
    "model": "by a model of costs",
}


class Severity(StrEnum):
    """How much it matters: `notice` may be read later, `warning` soon, `danger` before anything else."""

    NOTICE = "notice"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was seen. `text` says it with a number. A sign of a query plan adds its `share` of the whole (0 to 1: the
    most that the cure can save), its `confidence` (measured, estimated, heuristic), the `fields` of the plan that it
    rests on, and what would be its `disproof`; elsewhere they are empty."""

    text: str = ""
    share: float | None = None
    confidence: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    disproof: str = ""


def where(tier: str) -> str:
    """A tier in words, as they follow "tried"."""
    return _WHERE.get(tier, f"on {tier}")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A cure that was tried: where (`tier`), and what it changed from `before` to `after`, both in `unit`: ms, cost, or
    by how many times the planner's count of rows is off. `same_plan` says that the planner does the same as before."""

    tier: str
    unit: str
    before: float
    after: float
    same_plan: bool = False

    @property
    def where(self) -> str:
        """The tier in words."""
        return where(self.tier)

    @property
    def helped(self) -> bool:
        """Whether it is better by more than noise: a tenth."""
        return self.after < self.before * 0.9 and not self.same_plan


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something found, with its evidence and its cure.

    `kind` is the room that found it, `name` the pattern, `object` what it was found on, `location` a
    `file:line:column` or empty (of a sign: the path of its node), `evidence` what was seen with a number, `why` what
    it leads to, `cure_sql` a complete cure, `tried` what a trial of it showed (None: not tried).
    """

    kind: str
    name: str
    object: str
    severity: Severity
    location: str = ""
    evidence: Evidence = field(default_factory=Evidence)
    why: str = ""
    cure_sql: str = ""
    tried: Trial | None = None
