"""Which node of one plan is which node of another: by what they do to which relations, not by where they stand.

Nodes are paired in passes, from the surest likeness to the loosest. In each pass, nodes that nobody has paired yet and
that look the same to it are paired in the order in which they stand. What no pass pairs is gone, or new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from ..query_plan.model import Node, QueryPlan
from .measured import Measured

FAMILIES = {
    "Seq Scan": "scan", "Index Scan": "scan", "Index Only Scan": "scan", "Bitmap Heap Scan": "scan", "Tid Scan": "scan",
    "Tid Range Scan": "scan", "Sample Scan": "scan", "Foreign Scan": "scan",
    "Nested Loop": "join", "Hash Join": "join", "Merge Join": "join",
    "Sort": "sort", "Incremental Sort": "sort",
    "Aggregate": "group", "Group": "group", "Unique": "group",
    "Gather": "gather", "Gather Merge": "gather",
    "Append": "append", "Merge Append": "append",
    "Materialize": "keep", "Memoize": "keep",
}  # fmt: skip
"""Types that do the same in different ways; any other type is a family of its own."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A node before and the one that does its work after; None where there is none. `same` says that both have one
    structure: type, relation, index and conditions."""

    before: Node | None
    after: Node | None
    same: bool


def align(before: Measured, after: Measured) -> tuple[Pair, ...]:
    """All nodes of both plans, each once: those after in their order, then those that are gone."""
    left, right = _Side(before), _Side(after)
    partners: dict[str, Node] = {}
    free = list(before.plan.nodes), list(after.plan.nodes)
    for look in PASSES:
        queues: dict[Hashable, list[Node]] = defaultdict(list)
        for node in reversed(free[0]):
            queues[look(left, node)].append(node)
        for node in free[1]:
            key = look(right, node)
            if key is not None and queues.get(key):
                partners[node.path] = queues[key].pop()
        taken = {node.path for node in partners.values()}
        free = [n for n in free[0] if n.path not in taken], [n for n in free[1] if n.path not in partners]
    pairs = [_pair(left, right, partners.get(node.path), node) for node in after.plan.nodes]
    return (*pairs, *(Pair(before=node, after=None, same=False) for node in free[0]))


def _pair(left: _Side, right: _Side, before: Node | None, after: Node) -> Pair:
    same = before is not None and left.own[before.path] == right.own[after.path]
    return Pair(before=before, after=after, same=same)


class _Side:
    """One of the two plans, with what the passes look at. `below` are the relations under a node, sorted."""

    def __init__(self, query: Measured) -> None:
        self.own = query.structure.own
        self.below: dict[str, tuple[str, ...]] = {}
        for node in reversed(query.plan.nodes):
            under = [name for child in node.children for name in self.below[child.path]]
            own = [node.relation] if node.relation and node.type != "ModifyTable" else []
            self.below[node.path] = tuple(sorted([*own, *under]))


def family(node: Node) -> str:
    """What `node` does, however it does it."""
    return FAMILIES.get(node.type, node.type)


PASSES: tuple[Callable[[_Side, Node], Hashable], ...] = (
    lambda side, node: (side.own[node.path], side.below[node.path]),
    lambda side, node: (node.type, node.relation, node.text("Index Name"), side.below[node.path]),
    lambda side, node: (node.type, node.relation, side.below[node.path]),
    lambda side, node: (family(node), node.relation, side.below[node.path]),
    lambda _side, node: (family(node), node.relation) if node.relation else None,
)
"""What two nodes must share, pass by pass; None is like nothing. The last one finds the scan of a relation wherever it
went; a join, a sort or an aggregate over other relations is another one."""


def scans(plan: QueryPlan) -> tuple[str, ...]:
    """The relations in the order in which the plan comes to them: its order of joins."""
    return tuple(node.relation for node in plan.nodes if node.relation and node.type != "ModifyTable")
