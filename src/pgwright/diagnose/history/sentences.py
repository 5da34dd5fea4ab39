"""What became better and what became worse of a query, in sentences with numbers.

A node is worth a sentence when its pages, or else its time, differ by more than the limits that a gate would have for
the whole query.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..naming import title
from .align import scans
from .compare import Comparison, NodeChange
from .limits import Limits
from .measured import Measured

MISJUDGED = 10.0
"""The factor by which rows may differ from the estimate before it is told: what doubles costs seldom turns a plan,
a tenfold does."""
SLOWER_MS = 1.0
"""Milliseconds by which a node's time must differ to be told: less is the noise of a clock and a scheduler."""


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """One sentence each: what is `better`, what is `worse`, and what else is `told`."""

    better: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def sentences(comparison: Comparison, limits: Limits) -> Sentences:
    """What changed of a query that is there before and after; all empty where it is not."""
    better: list[tuple[float, str]] = []
    worse: list[tuple[float, str]] = []
    for change in comparison.nodes:
        for size, text in (*(_work(change, limits) if comparison.executed else ()), *_estimate(change)):
            (worse if size > 0 else better).append((abs(size), text))
    return Sentences(
        better=tuple(text for _, text in sorted(better, key=lambda each: -each[0])),
        worse=tuple(text for _, text in sorted(worse, key=lambda each: -each[0])),
        told=tuple(_told(comparison)),
    )


def what(change: NodeChange) -> str:
    """The change of a node as a name: `Seq Scan on a → Index Scan using b on a`; one name where it has one."""
    before, after = _titles(change)
    return f"{before} → {after}" if before and after and before != after else after or before


def _titles(change: NodeChange) -> tuple[str, str]:
    """The names before and after, empty where the node is not there; of the same node under another alias the new."""
    before, after = (title(node) if node is not None else "" for node in (change.pair.before, change.pair.after))
    return (after if change.pair.same else before), after


def _work(change: NodeChange, limits: Limits) -> list[tuple[float, str]]:
    """What the node takes more or less: blocks where those differ, else time."""
    blocks = change.touched
    if limits.apart(*blocks):
        return [(change.more_blocks, _told_of(change, f"{blocks[0]:,.0f}", f"{blocks[1]:,.0f}"))]
    before, after = ((side.milliseconds if side else None) for side in (change.before, change.after))
    if before is None or after is None or not limits.apart(before, after, least=SLOWER_MS):
        return []
    times = f"{before:,.1f} → {after:,.1f} ms"
    return [(1e-3 * (after - before), f"{what(change)} takes {times} by itself.")]  # after all that differs in blocks


def _told_of(change: NodeChange, before: str, after: str) -> str:
    """The blocks of a node in a sentence, whether it is another one, new, or gone."""
    old, new = _titles(change)
    if not new:
        return f"{old} is gone; it touched {before} blocks."
    if not old:
        return f"{new} is new and touches {after} blocks."
    if old == new:
        return f"{new} touches {after} blocks, before {before}."
    return f"{new} touches {after} blocks, where {old} touched {before}."


def _estimate(change: NodeChange) -> list[tuple[float, str]]:
    """Whether the planner knows less, or more, about a node than before."""
    before, after = change.before, change.after
    if before is None or after is None or before.error is None or after.error is None:
        return []
    if (before.error < MISJUDGED) == (after.error < MISJUDGED):
        return []
    size = 1e-6 if after.error > before.error else -1e-6  # after all that was measured
    node = change.pair.after
    assert node is not None
    factors = f"by {before.error:,.0f} times before, by {after.error:,.0f} times now"
    return [(size, f"The planner misjudges the rows of {title(node)} {factors}.")]


def _told(comparison: Comparison) -> list[str]:
    """What is neither better nor worse by itself."""
    if comparison.both is None:
        return []
    before, after = comparison.both
    told = []
    if not comparison.same_statement:
        told.append("The statement is another one.")
    orders = scans(before.plan), scans(after.plan)
    if orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]):
        told.append(f"The order of joins was {', '.join(orders[0])} and is {', '.join(orders[1])}.")
    used = _indexes(before), _indexes(after)
    if missing := sorted(used[0] - used[1]):
        told.append(f"Not used any more: {', '.join(missing)}.")
    if not comparison.executed:
        turned = [_titles(change) for change in comparison.changed if change.pair.before and change.pair.after]
        told += [f"{new} stands where {old} stood." for old, new in turned if old != new]
    return told


def _indexes(query: Measured) -> set[str]:
    """The names of the indexes that a plan uses."""
    return {name for node in query.plan.nodes if (name := node.text("Index Name"))}
