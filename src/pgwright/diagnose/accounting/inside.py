"""What ran inside what: the edges along which times and blocks are subtracted.

An ordinary child and a SubPlan run inside the node under which they are listed. Two kinds do not:

- An InitPlan runs inside the first node that asks for its value, often deep below the node that lists it. It is found
  by its parameter in the expressions: `$0` up to 16, `(InitPlan 1).col1` from 17. What is passed to parallel workers
  is computed by the Gather. Where no expression is shown, it is in a node that has room for its time.
- The query of a WITH is pulled by its CTE Scans, bit by bit; each of them holds a part of it, as large as its own part
  of the time of all of them, InitPlans taken off. What no scan pulled (INSERT … RETURNING that nobody reads) runs after
  the root has ended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..query_plan.kinds import GATHERS
from ..query_plan.model import Node, QueryPlan

_PARAMETER = re.compile(r"\$\d+\b|\([^()]+\)\.col(?=\d)")
_EARLY = ("One-Time Filter", "Index Cond", "TID Cond")
_NO_EXPRESSIONS = frozenset(
    {"Node Type", "Subplan Name", "Parent Relationship", "Relation Name", "Schema", "Alias", "Index Name", "CTE Name"}
)


@dataclass(frozen=True)
class Edge:
    """`part` (0 to 1) of `node` ran inside the node that has the edge."""

    node: Node
    part: float


Inside = Mapping[str, tuple[Edge, ...]]
"""The edges of each node, by path."""


def edges(plan: QueryPlan, milliseconds: Mapping[str, float], tolerance: Mapping[str, float]) -> Inside:
    """What ran inside each node. `milliseconds` are the times on the clock of whole subtrees, `tolerance` by how much
    each may be wrong because it was rounded."""
    found: dict[str, list[Edge]] = {
        node.path: [Edge(child, 1.0) for child in node.children if not (child.is_init_plan or child.is_cte)]
        for node in plan.nodes
    }

    def room(node: Node) -> float:
        used = sum(milliseconds[edge.node.path] * edge.part for edge in found[node.path])
        return milliseconds[node.path] - used

    readers = _Readers(plan)
    for node in plan.nodes:
        for child in node.children:
            if child.is_init_plan and (child.executed or not child.measured):
                needed = milliseconds[child.path] - tolerance[child.path]
                found[readers.first(node, child, room, needed).path].append(Edge(child, 1.0))
    for cte in (each for named in plan.ctes.values() for each in named):
        for scan, part in _pulled(plan, cte, room, milliseconds[cte.path]):
            found[scan.path].append(Edge(cte, part))
    return {path: tuple(each) for path, each in found.items()}


def _pulled(plan: QueryPlan, cte: Node, room: Callable[[Node], float], spent: float) -> Iterator[tuple[Node, float]]:
    """The scans of a WITH, and the part of it that each pulled: as its time without InitPlans (`room`) is to that of
    all. `spent` is the time of the WITH."""
    rooms = {
        scan: max(room(scan), 0.0)
        for scan in plan.readers(cte)
        if not scan.is_inside(cte) and (scan.executed or not scan.measured)
    }
    pulled = max(sum(rooms.values()), spent)
    for scan, own in rooms.items():
        yield scan, own / pulled if pulled else 1 / len(rooms)


class _Readers:
    """Who reads the value of an InitPlan, in the order in which nodes first compute something."""

    def __init__(self, plan: QueryPlan) -> None:
        self._plan = plan

    @cached_property
    def _order(self) -> list[Node]:
        return [node for node in _order(self._plan.root) if node.executed or not node.measured]

    @cached_property
    def _named(self) -> dict[str, list[Node]]:
        """The readers of each parameter; most plans have none, and are not searched."""
        found: dict[str, list[Node]] = {}
        for node in self._order:
            for name in set(_PARAMETER.findall(_expressions(node))):
                found.setdefault(name, []).append(node)
        return found

    def first(self, lister: Node, child: Node, room: Callable[[Node], float], needed: float) -> Node:
        """The node that ran `child`: the first that mentions it, else the first that has room for its time."""
        needs = self._needs(child)
        for name in _mentions(child):
            for node in self._named.get(name, ()):
                if node.is_inside(lister) and not any(node.is_inside(each) for each in needs):
                    holder = self._leader(node, lister)
                    if room(holder) >= needed:
                        return holder
        if room(lister) >= needed:
            return lister
        below = (node for node in self._order if node.is_inside(lister) and room(node) >= needed)
        return next((node for node in below if not any(node.is_inside(each) for each in needs)), lister)

    def _needs(self, child: Node) -> list[Node]:
        """`child`, and each WITH that it pulls, itself or by another: what runs inside it cannot be what runs it."""
        needs = [child]
        for each in needs:  # grows while it is read
            for node in each.walk():
                cte = self._plan.cte_of(node)
                if cte is not None and cte not in needs:
                    needs.append(cte)
        return needs

    def _leader(self, node: Node, lister: Node) -> Node:
        """Where a value is computed that `node` asks for: in the Gather, when one stands between."""
        holder = node
        for above in self._plan.above(node):
            if above.type in GATHERS:
                holder = above
            if above.path == lister.path:
                break
        return holder


def _mentions(child: Node) -> tuple[str, ...]:
    """How expressions write the values of an InitPlan."""
    name, _, returns = child.subplan.partition(" (returns ")
    return tuple(re.findall(r"\$\d+", returns)) if returns else (f"({name}).col",)


def _order(node: Node) -> Iterator[Node]:
    """The nodes in the order in which they first compute something: children first, the inner side of a hash join
    before the outer one. A node that has a condition to begin with comes before its children as well."""
    if any(key in node.properties for key in _EARLY):
        yield node
    for each in sorted(node.children, key=lambda one: one.type != "Hash"):
        yield from _order(each)
    yield node


def _expressions(node: Node) -> str:
    """All texts of a node in which a parameter may stand."""
    parts: list[str] = []
    for key, value in node.properties.items():
        if isinstance(value, str):
            if key not in _NO_EXPRESSIONS:
                parts.append(value)
        elif isinstance(value, list):
            parts.extend(each for each in value if isinstance(each, str))
    return "\n".join(parts)
