"""A cure that was tried: the plan with it beside the plan without."""

from __future__ import annotations

from dataclasses import dataclass

from ...diagnose.diagnosis import Diagnosis
from ...diagnose.naming import kind
from ...diagnose.query_plan.model import Node
from . import amounts, naming
from .clock import Clock, clock


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number before and after, with bars in percent of the larger one. `word` says what became of it."""

    name: str
    before: str
    after: str
    before_bar: float
    after_bar: float
    word: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A node in one of the two plans. `only_here` is set where the other plan has no such node."""

    level: int
    kind: str
    target: str
    own: str
    share: float
    only_here: bool


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Both plans side by side."""

    figures: tuple[Figure, ...]
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    before_left_out: int
    after_left_out: int


MOST = 40
"""Nodes of each plan that are shown side by side; larger plans are not read in this way."""


def compared(before: Clock, diagnosis: Diagnosis) -> Compared:
    """What a cure changed."""
    after = clock(diagnosis.account)
    figures = [_figure("planner's cost", *_costs(before, after), unit="")]
    if before.account.plan.measured and after.account.plan.measured:
        figures.insert(0, _figure("blocks asked for", *_blocks(before, after, "Hit", "Read"), unit=""))
        figures.insert(1, _figure("of them not in the cache", *_blocks(before, after, "Read"), unit=""))
    if before.timed and after.timed:
        figures.insert(0, _figure("execution time", before.whole, after.whole, unit="ms"))
    return Compared(
        figures=tuple(each for each in figures if each.before != "0" or each.after != "0"),
        before=_steps(before, after),
        after=_steps(after, before),
        before_left_out=max(len(before.account.plan.nodes) - MOST, 0),
        after_left_out=max(len(after.account.plan.nodes) - MOST, 0),
    )


def _costs(before: Clock, after: Clock) -> tuple[float, float]:
    return before.account.plan.root.number("Total Cost"), after.account.plan.root.number("Total Cost")


def _blocks(before: Clock, after: Clock, *what: str) -> tuple[float, float]:
    keys = [f"{where} {each} Blocks" for where in ("Shared", "Local") for each in what]
    first, second = (sum(each.account.plan.root.number(key) for key in keys) for each in (before, after))
    return first, second


def _figure(name: str, before: float, after: float, *, unit: str) -> Figure:
    largest = max(before, after) or 1.0
    written = amounts.milliseconds if unit == "ms" else amounts.count
    return Figure(
        name=name,
        before=written(before),
        after=written(after),
        before_bar=round(before / largest * 100, 1),
        after_bar=round(after / largest * 100, 1),
        word=change(before, after),
    )


def change(before: float, after: float) -> str:
    """`3.4 times less`, `1.2 times more`, `the same`; a tenth is noise."""
    if before <= 0 or after <= 0:
        return "the same" if before == after else "none any more" if after <= 0 else "new"
    times = max(before / after, after / before)
    if times < 1.1:
        return "about the same"
    return f"{times:,.{1 if times < 10 else 0}f} times {'less' if after < before else 'more'}"


def _steps(clock: Clock, other: Clock) -> tuple[Step, ...]:
    """The first nodes of a plan, each marked where the other plan has none of its kind on its relation."""
    left = [_key(node) for node in other.account.plan.nodes]
    steps = []
    for node in clock.account.plan.nodes:
        there = _key(node) in left
        if there:
            left.remove(_key(node))
        steps.append(
            Step(
                level=min(node.path.count("."), 12),
                kind=kind(node),
                target=naming.target(node) or naming.index(node),
                own=clock.text(clock.own(node)),
                share=round(clock.account.of(node).share * 100, 2),
                only_here=not there,
            )
        )
    return tuple(steps[:MOST])


def _key(node: Node) -> tuple[str, str, str]:
    return kind(node), naming.target(node), naming.index(node)
