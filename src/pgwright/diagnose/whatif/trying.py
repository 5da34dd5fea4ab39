"""Tries the cures of a diagnosis: the indexes that it proposes, statistics, and the statement written otherwise.

Two indexes may help only together: one finds few rows, the other is what few rows are joined by. So each is tried alone
and beside all the others, and what helps in one of the two ways helps.

Statistics make a plan dearer as often as cheaper, because they say the truth. They help where the planner's count of
rows comes nearer to what was measured, and it then does something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...base.errors import PgwrightError
from ...base.finding import Trial
from ...sql import quote
from ..diagnosis import Diagnosis
from ..query_plan.model import Node, QueryPlan
from ..signs._sign import CureKind
from .planner import Guessed, Planner
from .proposed import Proposed
from .reading import indexes, makes_statistics

UNIT = "cost"
TIMES_OFF = "times off"
_CONDITIONS = ("Index Cond", "Recheck Cond", "Filter")
_DOES = ("Node Type", "Strategy", "Join Type", "Relation Name", "Alias", "Index Name")


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The cure of the finding `number`, the plan with it, and what it changed; `together` says that it was tried beside
    the other indexes, `guessed` are expressions of which the planner knew nothing."""

    number: int
    plan: QueryPlan
    trial: Trial
    together: bool = False
    guessed: tuple[Guessed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Untried:
    """The cure of the finding `number` could not be tried, and why."""

    number: int
    reason: str


def tried(planner: Planner, statement: str, diagnosis: Diagnosis) -> Iterator[Tried | Untried]:
    """The trials of all cures that can be tried here, in the order of the findings. An index that there cannot be here
    (its extension is missing) has none."""
    found = diagnosis.found
    made = {number: indexes(each.cure.sql) for number, each in enumerate(found) if each.cure.kind is CureKind.MIGRATION}
    known = planner.offer(index for several in made.values() for index in several)
    possible = {number: each for number, each in made.items() if each and all(index in known for index in each)}
    before = planner.cost(statement, ()).cost
    of_indexes = _indexes(planner, statement, possible)
    for number, each in enumerate(found):
        if number in of_indexes:
            yield of_indexes[number]
        elif makes_statistics(each.cure.sql):
            yield _statistics(planner, statement, number, diagnosis)
        elif each.cure.kind is CureKind.REWRITE and not each.cure.sql.startswith("--"):
            yield from _rewritten(planner, each.cure.sql, number, before)


def _indexes(planner: Planner, statement: str, possible: Mapping[int, tuple[Proposed, ...]]) -> Mapping[int, Tried]:
    """The trials of indexes, all with the same knowledge of their expressions: costs of two guesses do not compare."""
    if not possible:
        return {}
    with planner.analyzed({index for several in possible.values() for index in several}) as guessed:
        before = planner.cost(statement, ()).cost
        trials = {number: _index(planner, statement, number, possible, before) for number in possible}
    return {number: replace(each, guessed=guessed) for number, each in trials.items()}


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


def _statistics(planner: Planner, statement: str, number: int, diagnosis: Diagnosis) -> Tried | Untried:
    found = diagnosis.found[number]
    fields = found.finding.evidence.fields
    counted = _counting(found.finding.object, diagnosis.plan.by_path[found.paths[0]])
    try:
        before = _rows(planner, counted)
        same = _outline(planner.plan(statement))
        with planner.statistics(found.cure.sql):
            after, plan = _rows(planner, counted), planner.plan(statement)
    except PgwrightError as error:
        return Untried(number=number, reason=error.message)
    measured = before * fields["Actual Rows"] / max(fields["Plan Rows"], 1)
    trial = Trial(
        tier=planner.tier,
        unit=TIMES_OFF,
        before=_off(before, measured),
        after=_off(after, measured),
        same_plan=_outline(plan) == same,
    )
    return Tried(number=number, plan=plan, trial=trial)


def _counting(table: str, scan: Node) -> str:
    """A statement of which the planner expects the rows of a scan of `table` (SQL), whatever the rest of the plan."""
    conditions = [text for key in _CONDITIONS if (text := scan.text(key))]
    where = f" WHERE {' AND '.join(f'({text})' for text in conditions)}" if conditions else ""
    return f"SELECT FROM {table} AS {quote.ident(scan.alias)}{where}"


def _rows(planner: Planner, statement: str) -> float:
    return planner.plan(statement).root.number("Plan Rows")


def _off(expected: float, measured: float) -> float:
    expected, measured = max(expected, 1.0), max(measured, 1.0)
    return max(expected / measured, measured / expected)


def _outline(plan: QueryPlan) -> list[tuple[str, ...]]:
    """What a plan does: its nodes, and what each reads by which index."""
    return [(node.path, *(node.text(key) for key in _DOES)) for node in plan.nodes]


def _rewritten(planner: Planner, statement: str, number: int, before: float) -> Iterator[Tried]:
    try:
        plan = planner.plan(statement.rstrip().rstrip(";"))
    except PgwrightError:
        return  # a fragment, or a statement with parameters: nobody can try it
    yield Tried(number=number, plan=plan, trial=_trial(planner, before, plan.root.number("Total Cost")))


def _trial(planner: Planner, before: float, after: float) -> Trial:
    return Trial(tier=planner.tier, unit=UNIT, before=before, after=after)
