"""How many processes did the work of a node, and by what its times must be divided to be time on the clock.

The times of a node are those of all processes together, so below a Gather they are more than the clock's. The number
of processes is the number of loops of the node right below the Gather, for each loop of the Gather: not the launched
workers plus one, because the leader may not take part (`parallel_leader_participation`, 14 to 18), and a worker may
come too late.

What only one process does while the others wait for it costs its whole time: so the index part of a parallel bitmap
scan, which one process reads for all. What one process does while the others do something else (a member of a Parallel
Append, the inner side of a join that few rows reach) costs its share. Averages add up from node to node, maxima of
processes do not; how far the slowest is behind is a sign, not an account.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..query_plan.kinds import GATHERS
from ..query_plan.model import Node, QueryPlan


def divisors(plan: QueryPlan) -> Mapping[str, float]:
    """By path, what `Actual Total Time × Actual Loops` must be divided by."""
    found: dict[str, float] = {"0": 1.0}
    for node in plan.nodes:
        for child in node.children:
            found[child.path] = _below(node, child, found[node.path])
    return found


def _below(node: Node, child: Node, section: float) -> float:
    if node.type in GATHERS and not child.subplan:  # a SubPlan of its own output runs in the leader alone
        return processes(node, child)
    if node.type == "Bitmap Heap Scan" and node.parallel and not child.subplan:
        return 1.0
    if child.is_init_plan and child.loops < section:
        return 1.0  # one process computed it before the others were asked
    return section


def processes(gather: Node, child: Node) -> float:
    """How many processes worked below `gather`: measured, or as planned where nothing was."""
    if gather.executed and child.executed:
        return max(child.loops / gather.loops, 1.0)
    return max(gather.number("Workers Planned") + 1, 1.0)
