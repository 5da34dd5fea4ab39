"""The plan as a tree: one row for each node in the server's order, with its details to unfold."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ...diagnose.diagnosis import Found
from ...diagnose.naming import conditions, kind
from ...diagnose.query_plan.model import Node
from . import amounts, details, naming
from .clock import Clock, holders
from .details import Details

STEP = 14
"""Pixels of indentation of one level; style.css has the same for its classes `d1`, `d2`, …"""
DEEPEST = 24
"""Levels that are drawn; what is deeper stands below one another, with its level as a number."""
LONG = 300
"""Rows of more nodes are laid out only when they come into sight."""
QUIET = 0.01
"""A node below this share of the whole can be hidden."""
UNCERTAIN = 0.01
"""An exclusive time is shown as an interval where rounding may move it by more than this part of the whole."""
SEEN = 2.0
"""Below this percent a bar of a row error cannot be seen."""
WORST = 1000.0
"""The row error that fills its bar."""

Note = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A finding as a row shows it: its number, its name, its severity."""

    number: int
    name: str
    severity: str


@dataclass(frozen=True, kw_only=True)
class RowsCell:
    """Rows that came and rows that were expected. `bar` is -100 (all too few) to 100 (all too many) on a log scale,
    `word` says the same; both are empty where they agree. `censored` says why they cannot be compared."""

    actual: str
    expected: str
    bar: float
    word: str
    censored: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One node. `rails` are its connecting lines as the path of an SVG, `depth` the levels of `level` that are drawn.
    `notes` say where its time is, as (text, name of a node, its anchor)."""

    anchor: str
    level: int
    depth: int
    rails: str
    tag: str
    kind: str
    target: str
    index: str
    conditions: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    marks: tuple[Mark, ...]
    own: str
    interval: str
    share: float
    percent: str
    total: str
    rows: RowsCell
    loops: str
    processes: str
    hit: str
    read: str
    state: str
    quiet: bool
    details: Details


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The rows, and what is the same in all of them. The flags say which columns have something."""

    rows: tuple[Row, ...]
    common: tuple[tuple[str, str], ...]
    measured: bool
    timed: bool
    buffers: bool
    parallel: bool
    long: bool


@dataclass(frozen=True, kw_only=True)
class _About:
    """What is known of all nodes, by path: their lines, notes and findings; `loud` are those that are never hidden.
    `common` are the keys that are the same in all of them."""

    rails: Mapping[str, str]
    notes: Mapping[str, tuple[Note, ...]]
    marks: Mapping[str, tuple[Mark, ...]]
    loud: Collection[str]
    common: Mapping[str, object]


def tree(clock: Clock, found: Sequence[Found]) -> Tree:
    """The view of the plan."""
    plan = clock.account.plan
    common, marks = details.common(plan), _marks(found)
    about = _About(rails=_rails(plan.root), notes=_notes(clock), marks=marks, loud=_loud(clock, marks), common=common)
    rows = tuple(_row(clock, node, about) for node in plan.nodes)
    return Tree(
        rows=rows,
        common=tuple((key, amounts.plain(value)) for key, value in common.items()),
        measured=plan.measured,
        timed=plan.timed,
        buffers=any(row.hit or row.read for row in rows),
        parallel=any(row.processes for row in rows),
        long=len(rows) > LONG,
    )


def _row(clock: Clock, node: Node, about: _About) -> Row:
    account, level = clock.account.of(node), node.path.count(".")
    own, part = clock.own(node), account.share
    return Row(
        anchor=naming.anchor(node.path),
        level=level,
        depth=min(level, DEEPEST),
        rails=about.rails[node.path],
        tag=node.subplan,
        kind=kind(node),
        target=naming.target(node),
        index=naming.index(node),
        conditions=conditions(node),
        notes=about.notes.get(node.path, ()),
        marks=about.marks.get(node.path, ()),
        own=clock.text(own),
        interval=_interval(account.low, account.high, clock.whole),
        share=round(part * 100, 2),
        percent=amounts.percent(part),
        total=clock.named(clock.inclusive[node.path]) if clock.inside[node.path] else "",
        rows=_rows(clock, node),
        loops=amounts.count(node.loops) if node.measured else "",
        processes=_processes(account.processes),
        hit=_blocks(clock, node, "Hit"),
        read=_blocks(clock, node, "Read"),
        state="never executed" if node.measured and not node.executed else "",
        quiet=node.path not in about.loud,
        details=details.details(clock.account, node, about.common),
    )


def _interval(low: float | None, high: float | None, whole: float) -> str:
    if low is None or high is None or high - low <= whole * UNCERTAIN:
        return ""
    return f"{amounts.milliseconds(low).removesuffix(' ms')} to {amounts.milliseconds(high)}"


def _processes(number: float) -> str:
    """`in 3 processes`; where some joined later, their average."""
    return f"in {number:,.1f}".removesuffix(".0") + " processes" if number > 1 else ""


def _blocks(clock: Clock, node: Node, what: str) -> str:
    own = clock.account.exclusive(node, f"Shared {what} Blocks", f"Local {what} Blocks")
    return amounts.count(round(own)) if own >= 0.5 else ""


def _rows(clock: Clock, node: Node) -> RowsCell:
    account = clock.account.of(node)
    actual = account.rows.value
    error, bar, word = account.error, 0.0, ""
    if error is not None and error > 1.0:
        sign = 1 if actual > account.rows_estimated else -1
        long = 100 * min(math.log(error) / math.log(WORST), 1.0)
        if long >= SEEN:
            bar, word = round(sign * long, 1), f"{amounts.factor(error)} {'more' if sign > 0 else 'fewer'}"
    return RowsCell(
        actual=amounts.count(actual) if node.measured else "",
        expected=amounts.count(account.rows_estimated),
        bar=bar,
        word=word,
        censored=account.censored,
    )


def _marks(found: Sequence[Found]) -> dict[str, tuple[Mark, ...]]:
    marks: dict[str, tuple[Mark, ...]] = {}
    for number, each in enumerate(found, start=1):
        mark = Mark(number=number, name=each.name.replace("_", " "), severity=each.finding.severity.value)
        for path in each.paths:
            marks[path] = (*marks.get(path, ()), mark)
    return marks


def _loud(clock: Clock, marks: Collection[str]) -> set[str]:
    """The paths of the nodes that took something, or have a finding; and of those above, so that a tree remains."""
    found: set[str] = set()
    for node in clock.account.plan.nodes:
        if clock.account.of(node).share >= QUIET or node.path in marks:
            found.add(node.path)
            found.update(above.path for above in clock.account.plan.above(node))
    return found


def _notes(clock: Clock) -> dict[str, tuple[Note, ...]]:
    """By path, where the time of a listed subplan really is: (text, name of the node, its anchor)."""
    plan = clock.account.plan
    notes: dict[str, tuple[Note, ...]] = {}
    held = holders(clock)
    for node in plan.nodes:
        if not (node.is_cte or node.is_init_plan) or (node.measured and not node.executed):
            continue
        inside = held.get(node.path, ())
        if not inside:
            notes[node.path] = (("ran after the root had ended", "", ""),)
        elif (parent := plan.parents.get(node.path)) is None or inside[0][0].path != parent.path or len(inside) > 1:
            notes[node.path] = tuple(
                (
                    "its time is inside" if part > 0.9995 else f"{amounts.percent(part)} of its time is inside",
                    naming.label(holder),
                    naming.anchor(holder.path),
                )
                for holder, part in inside
            )
    return notes


def _rails(root: Node) -> dict[str, str]:
    """By path, the lines that lead to a node, as the path of an SVG that is as high as its row."""
    found = {root.path: ""}
    stack: list[tuple[Node, tuple[bool, ...]]] = [(root, ())]
    while stack:
        node, above = stack.pop()
        for child in node.children:
            lines = (*above, child is not node.children[-1])
            found[child.path] = _drawn(lines[-DEEPEST:])
            stack.append((child, lines))
    return found


def _drawn(goes_on: tuple[bool, ...]) -> str:
    """The lines of one row: for each level above whether another node follows in it. Rows are lower than 999."""
    parts = [f"M{number * STEP + 6} 0V999" for number, more in enumerate(goes_on[:-1]) if more]
    x = (len(goes_on) - 1) * STEP + 6
    if goes_on[-1]:
        parts.append(f"M{x} 0V999")
    parts.append(f"M{x} 0V17h7")
    return "".join(parts)
