"""A plan with another scan in one place, and what that saves for all above it."""

from __future__ import annotations

from dataclasses import replace

from ..query_plan.model import Node, QueryPlan
from .proposed import Proposed

_COMPLETE = frozenset({"Sort", "Hash", "Materialize", "Aggregate", "WindowAgg", "Memoize"})
"""They read all that is below them, and once, whatever is above."""


def exchanged(plan: QueryPlan, node: Node, *, cost: float, index: Proposed) -> QueryPlan:
    """The plan with a scan by `index` that costs `cost` in the place of `node`."""
    old = node.number("Total Cost")
    made = replace(
        node,
        properties={
            **node.properties,
            "Node Type": "Index Scan",
            "Index Name": index.sql.removeprefix("CREATE ").rstrip(";"),
            "Total Cost": round(cost, 2),
        },
        children=(),
    )
    saved, complete, below = old - cost, False, node
    replaced = {node.path: made}
    for above in plan.above(node):
        saved, complete = _saved(above, below, saved, complete=complete)
        current = replaced.get(above.path, above)
        total = max(current.number("Total Cost") - saved, current.number("Startup Cost") * 0.01, 0.01)
        children = tuple(replaced.get(each.path, each) for each in current.children)
        properties = {**current.properties, "Total Cost": round(total, 2)}
        replaced[above.path] = replace(current, properties=properties, children=children)
        below = above
    return replace(plan, root=replaced[plan.root.path])


def _saved(above: Node, below: Node, saved: float, *, complete: bool) -> tuple[float, bool]:
    """What a node saves when one below it does, and whether all below is read once from here on."""
    is_inner = above.type == "Nested Loop" and below.path == above.children[-1].path
    if is_inner and not complete:
        saved *= max(above.children[0].number("Plan Rows"), 1.0)
    if above.type == "Limit" and not complete:
        whole = below.number("Total Cost") - below.number("Startup Cost")
        taken = above.number("Total Cost") - above.number("Startup Cost")
        saved *= min(taken / whole, 1.0) if whole > 0 else 1.0
    return saved, complete or above.type in _COMPLETE
