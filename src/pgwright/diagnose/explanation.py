"""What `pgwright explain` found out: one plan or several of one statement, each diagnosed, and the cures tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..base.finding import Trial
from .diagnosis import Diagnosis


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One plan with its diagnosis. `name` tells it from the others (`common`, `plan 2`; empty where it is alone),
    `values` are the parameters with which it was run, `statement` what was run, as far as it is known."""

    diagnosis: Diagnosis
    name: str = ""
    statement: str = ""
    values: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A cure that was tried: the number of its finding in the first plan, the diagnosis with the cure in place, and
    what it changed."""

    finding: int
    diagnosis: Diagnosis
    trial: Trial


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All plans, the one that took longest first, and the trials of its cures. `notes` are sentences about how it was
    done that a reader must know."""

    plans: tuple[Explained, ...]
    trials: tuple[Tried, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> Explained:
        """The plan that took longest."""
        return self.plans[0]
