"""How many rows a node gave in all loops and processes, how many were expected, and whether the two compare.

`Actual Rows` is the average of a loop; before 18 it is rounded to whole rows, so that 300 loops of 0.4 rows show 0:
the total is an interval. Where a nested loop passes on all that its inner side gives, the total is the join's own.

`Plan Rows` is for one loop of one process. Below a Gather the planner divides by the planned workers and by what it
thinks the leader has left (1 − 0.3 for each worker, 14 to 18), so the expected total multiplies by the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..query_plan.kinds import GATHERS
from ..query_plan.model import Node, QueryPlan

_LEADER_LOSS = 0.3


@dataclass(frozen=True)
class Interval:
    """A number known to lie between `low` and `high`; `value` is the best guess."""

    low: float
    value: float
    high: float


def totals(plan: QueryPlan) -> dict[str, Interval]:
    """By path, the rows that each node gave."""
    found: dict[str, Interval] = {}
    for node in plan.nodes:
        found[node.path] = _exact(plan, node, _total(node, rounded=plan.whole_rows), found)
    return found


def _total(node: Node, *, rounded: bool) -> Interval:
    each, loops = node.number("Actual Rows"), node.loops
    slack = 0.5 * loops if rounded and loops > 1 else 0.005 * loops if loops > 1 else 0.0
    return Interval(max(each * loops - slack, 0.0), each * loops, each * loops + slack)


def _exact(plan: QueryPlan, node: Node, own: Interval, found: dict[str, Interval]) -> Interval:
    """`own`, or what the nested loop above gave, when that passes on every row of `node`."""
    above = plan.parents.get(node.path)
    if above is None or above.type != "Nested Loop" or node.role != "Inner" or own.low == own.high:
        return own
    filtered = "Join Filter" in above.properties or "Filter" in above.properties
    if above.text("Join Type") not in ("", "Inner") or filtered:
        return own
    given = found[above.path]
    if not own.low <= given.value <= own.high:
        return own
    return Interval(max(given.low, own.low), given.value, min(given.high, own.high))


def expected(plan: QueryPlan) -> dict[str, float]:
    """By path, the rows that the planner expected of all loops and processes together."""
    found: dict[str, float] = {}
    divisor = {"0": 1.0}
    for node in plan.nodes:
        for child in node.children:
            apart = child.is_init_plan or child.is_cte
            section = _divisor(node) if node.type in GATHERS and not apart else divisor[node.path]
            divisor[child.path] = 1.0 if apart else section
    partial = _partial(plan)
    for node in plan.nodes:
        times = divisor[node.path] if node.path in partial else max(node.loops, 1.0)
        found[node.path] = node.number("Plan Rows") * times
    return found


def _divisor(gather: Node) -> float:
    workers = gather.number("Workers Planned")
    return workers + max(0.0, 1 - _LEADER_LOSS * workers)


def _partial(plan: QueryPlan) -> set[str]:
    """The nodes that give only a part of their rows in each process: those that begin at a shared scan."""
    found: set[str] = set()
    for node in reversed(plan.nodes):
        below = [
            child for child in node.children if child.path in found and child.role in ("Outer", "Member", "Subquery")
        ]
        if node.type not in GATHERS and (node.parallel or below):
            found.add(node.path)
    return found
