"""Tries the cures of a diagnosis: the indexes that it proposes, and the statement written otherwise.

Two indexes may help only together: one finds few rows, the other is what few rows are joined by. So each is tried alone
and beside all the others, and what helps in one of the two ways helps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...base.errors import PgwrightError
from ...base.finding import Trial
from ..diagnosis import Found
from ..query_plan.model import QueryPlan
from ..signs._sign import CureKind
from .planner import Planner
from .proposed import Proposed
from .reading import indexes

UNIT = "cost"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The cure of the finding `number`, the plan with it, and what it changed; `together` says that it was tried beside
    the other indexes."""

    number: int
    plan: QueryPlan
    trial: Trial
    together: bool = False


def tried(planner: Planner, statement: str, found: Sequence[Found]) -> Iterator[Tried]:
    """The trials of all cures that can be tried here, in the order of the findings. A cure that there cannot be here
    (an extension that is missing) has none."""
    made = {number: indexes(each.cure.sql) for number, each in enumerate(found) if each.cure.kind is CureKind.MIGRATION}
    known = planner.offer(index for several in made.values() for index in several)
    possible = {number: each for number, each in made.items() if each and all(index in known for index in each)}
    before = planner.cost(statement, ()).cost
    for number, each in enumerate(found):
        if number in possible:
            yield _index(planner, statement, number, possible, before)
        elif each.cure.kind is CureKind.REWRITE and not each.cure.sql.startswith("--"):
            yield from _rewritten(planner, each.cure.sql, number, before)


def _index(
    planner: Planner, statement: str, number: int, possible: Mapping[int, tuple[Proposed, ...]], before: float
) -> Tried:
    own = possible[number]
    alone = _trial(planner, before, planner.cost(statement, own).cost)
    everything = {index for several in possible.values() for index in several}
    if alone.helped or everything == set(own):
        return Tried(number=number, plan=planner.plan(statement, own), trial=alone)
    without = planner.cost(statement, everything.difference(own)).cost
    trial = _trial(planner, without, planner.cost(statement, everything).cost)
    return Tried(number=number, plan=planner.plan(statement, everything), trial=trial, together=True)


def _rewritten(planner: Planner, statement: str, number: int, before: float) -> Iterator[Tried]:
    try:
        plan = planner.plan(statement.rstrip().rstrip(";"))
    except PgwrightError:
        return  # a fragment, or a statement with parameters: nobody can try it
    yield Tried(number=number, plan=plan, trial=_trial(planner, before, plan.root.number("Total Cost")))


def _trial(planner: Planner, before: float, after: float) -> Trial:
    return Trial(tier=planner.tier, unit=UNIT, before=before, after=after)
