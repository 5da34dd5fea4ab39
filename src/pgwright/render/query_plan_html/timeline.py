"""The first and the last row of each node: what has to wait for all of its input shows by its first row.

EXPLAIN counts both from the moment at which a node was first asked, and only while it, or what is below it, works: so
the bars begin at the left edge, and where a node stands on the clock of the wall is not known. A node of many loops has
averages only; its bar is as long as all of them took. Where workers are listed each process is a lane.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...base.amount import plural
from ...diagnose.naming import kind
from ...diagnose.query_plan.model import Node, number
from . import amounts, naming
from .clock import Clock

MOST = 150
"""Nodes that are drawn: those that took longest."""
SHORTEST = 0.002
"""The share of the whole below which a bar is no longer than a dot."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A bar. `first` and `last` are percents of the width: the first row, and the end. `loops` is empty for one."""

    name: str
    first: float
    last: float
    text: str
    loops: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A node: its bar, and those of its processes."""

    anchor: str
    level: int
    name: str
    target: str
    lane: Lane
    processes: tuple[Lane, ...]


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The lines in the order of the plan, what is left out of them in words, and the scale as (percent, text)."""

    lines: tuple[Line, ...]
    left_out: str
    scale: tuple[tuple[float, str], ...]


def timeline(clock: Clock) -> Timeline:
    """The view of a plan; without lines where nothing was timed."""
    if not clock.timed or not clock.whole:
        return Timeline(lines=(), left_out="", scale=())
    spent = {node.path: clock.account.of(node).milliseconds or 0.0 for node in clock.account.plan.nodes}
    executed = [node for node in clock.account.plan.nodes if node.executed]
    longest = sorted(executed, key=lambda node: -spent[node.path])[:MOST]
    drawn = {node.path for node in longest if spent[node.path] >= clock.whole * SHORTEST}
    lines = tuple(_line(clock, node) for node in executed if node.path in drawn)
    left = len(executed) - len(lines)
    left_out = f"{plural(left, 'node')} that took less" if left else ""
    return Timeline(lines=lines, left_out=left_out, scale=_scale(clock.whole))


def _line(clock: Clock, node: Node) -> Line:
    account = clock.account.of(node)
    total = account.milliseconds or 0.0
    average = node.number("Actual Total Time")
    first = total * min(node.number("Actual Startup Time") / average, 1.0) if average else 0.0
    several = node.loops > account.processes
    loops = amounts.count(node.loops / account.processes) if several else ""
    return Line(
        anchor=naming.anchor(node.path),
        level=min(node.path.count("."), 12),
        name=kind(node),
        target=naming.target(node),
        lane=_lane("", 0.0 if several else first, total, clock.whole, loops),
        processes=tuple(_processes(node, clock.whole)),
    )


def _processes(node: Node, whole: float) -> Iterator[Lane]:
    """The workers, and the leader: what they leave of the node's totals. Old forms list workers without times."""
    timed = [each for each in node.workers if "Actual Total Time" in each]
    if not timed:
        return
    totals = [number(each, "Actual Total Time") * number(each, "Actual Loops") for each in timed]
    firsts = [number(each, "Actual Startup Time") * number(each, "Actual Loops") for each in timed]
    loops = node.loops - sum(number(each, "Actual Loops") for each in timed)
    if loops >= 1:
        total = max(node.number("Actual Total Time") * node.loops - sum(totals), 0.0)
        first = max(node.number("Actual Startup Time") * node.loops - sum(firsts), 0.0)
        yield _lane("leader", min(first, total) if loops == 1 else 0.0, total, whole, _several(loops))
    for place, (each, total, first) in enumerate(zip(timed, totals, firsts, strict=True)):
        name = f"worker {amounts.plain(each.get('Worker Number', place))}"
        loops = number(each, "Actual Loops")
        yield _lane(name, first if loops == 1 else 0.0, total, whole, _several(loops))


def _several(loops: float) -> str:
    return amounts.count(loops) if loops > 1 else ""


def _lane(name: str, first: float, last: float, whole: float, loops: str) -> Lane:
    if loops:
        text = f"{amounts.milliseconds(last)} in {loops} loops"
    else:
        text = f"{amounts.milliseconds(first)} → {amounts.milliseconds(last)}"
    end = min(last / whole, 1.0) * 100
    return Lane(name=name, first=round(min(first / whole * 100, end), 2), last=round(end, 2), text=text, loops=loops)


def _scale(whole: float) -> tuple[tuple[float, str], ...]:
    """Four marks at round numbers, or fewer."""
    power = 10.0 ** len(f"{int(whole)}") if whole >= 1 else 1.0
    while power > whole:
        power /= 10
    step = next(power * by for by in (0.25, 0.5, 1, 2, 2.5) if whole / (power * by) <= 4.5)
    marks = (step * number for number in range(int(whole / step) + 1))
    return tuple((round(mark / whole * 100, 2), amounts.milliseconds(mark) if mark else "0") for mark in marks)
