"""One model of a query plan for all forms and versions: what EXPLAIN (FORMAT JSON) says, and nothing is lost.

A node keeps its keys as the server spells them in JSON (`properties`, without `Plans`); the attributes beside are
short ways to those that are asked for often. Which of them are averages of a loop and which are totals is the
business of `accounting`. Times are milliseconds, blocks are pages of the server, costs have no unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Value = Any
"""What JSON can hold: str, int, float, bool, None, and lists and objects of them."""


def number(properties: Mapping[str, Value], key: str) -> float:
    """The number under `key`, of a node, a worker or whatever the server writes; 0 where there is none."""
    value = properties.get(key)
    return value if isinstance(value, (int, float)) else 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """One node of a query plan. `path` is its place: "0" is the root, "0.1" the second node below it."""

    path: str
    properties: Mapping[str, Value]
    children: tuple[Node, ...] = ()

    def number(self, key: str) -> float:
        """The number under `key`; 0 where there is none."""
        return number(self.properties, key)

    def text(self, key: str) -> str:
        """The text under `key`; empty where there is none."""
        value = self.properties.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts under `key`, of which the server writes a list; empty where there is none."""
        value = self.properties.get(key)
        return tuple(map(str, value)) if isinstance(value, list) else ()

    @cached_property
    def type(self) -> str:
        """The node type, as `Seq Scan`; "Hash Join" whatever its join type is."""
        return self.text("Node Type")

    @cached_property
    def role(self) -> str:
        """What it is to its parent: Outer, Inner, Member, Subquery, InitPlan, SubPlan; empty at the root."""
        return self.text("Parent Relationship")

    @cached_property
    def subplan(self) -> str:
        """`InitPlan 1 (returns $0)`, `SubPlan 2`, `CTE name`; empty for an ordinary child."""
        return self.text("Subplan Name")

    @cached_property
    def is_cte(self) -> bool:
        """Whether this is the query of a WITH, which the CTE Scans elsewhere pull."""
        return self.subplan.startswith("CTE ")

    @cached_property
    def cte_name(self) -> str:
        """The name of the WITH whose query it is, or that it scans; empty for any other node."""
        return self.subplan.removeprefix("CTE ") if self.is_cte else self.text("CTE Name")

    def is_inside(self, tree: Node) -> bool:
        """Whether it is `tree`, or listed somewhere below it."""
        return self.path == tree.path or self.path.startswith(tree.path + ".")

    @cached_property
    def is_init_plan(self) -> bool:
        """Whether it is computed once, when somebody first asks for its value."""
        return self.role == "InitPlan" and not self.is_cte

    @cached_property
    def is_sub_plan(self) -> bool:
        """Whether it runs inside an expression of its parent."""
        return self.role == "SubPlan"

    @cached_property
    def parallel(self) -> bool:
        """Whether the processes of its section share its work."""
        return self.properties.get("Parallel Aware") is True

    @cached_property
    def relation(self) -> str:
        """The relation that it reads or writes, without schema; empty where there is none."""
        return self.text("Relation Name")

    @cached_property
    def alias(self) -> str:
        """The name of the relation in the query."""
        return self.text("Alias") or self.relation

    @cached_property
    def loops(self) -> float:
        """How often it was begun, in all processes together; 0 where it never was or nothing was measured."""
        return self.number("Actual Loops")

    @cached_property
    def measured(self) -> bool:
        """Whether the plan comes from EXPLAIN ANALYZE."""
        return "Actual Loops" in self.properties

    @cached_property
    def timed(self) -> bool:
        """Whether it has times: they are missing under TIMING OFF."""
        return "Actual Total Time" in self.properties

    @cached_property
    def executed(self) -> bool:
        """Whether it ran at least once."""
        return self.loops > 0

    @cached_property
    def workers(self) -> tuple[Mapping[str, Value], ...]:
        """What each worker says under VERBOSE; the leader is what is left of the node's totals."""
        value = self.properties.get("Workers")
        return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


@dataclass(frozen=True, kw_only=True, eq=False)
class QueryPlan:
    """A query plan: its root, and what stands beside it (`Planning`, `Triggers`, `JIT`, `Settings`, `Execution
    Time`, …) under the server's keys. `query` is the statement where it is known."""

    root: Node
    properties: Mapping[str, Value]
    query: str = ""

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, parents first."""
        return tuple(self.root.walk())

    @cached_property
    def parents(self) -> Mapping[str, Node]:
        """The parent of each node but the root, by path."""
        return {child.path: node for node in self.nodes for child in node.children}

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Node, ...]]:
        """The nodes of each type, parents first."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.type, []).append(node)
        return {kind: tuple(nodes) for kind, nodes in found.items()}

    @cached_property
    def by_path(self) -> Mapping[str, Node]:
        """Each node by its path."""
        return {node.path: node for node in self.nodes}

    @cached_property
    def ctes(self) -> Mapping[str, tuple[Node, ...]]:
        """The queries of WITHs by name; a name may come again in a subquery."""
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes:
            if node.is_cte:
                found[node.cte_name] = (*found.get(node.cte_name, ()), node)
        return found

    def cte_of(self, scan: Node) -> Node | None:
        """The query that a CTE Scan reads: of several of its name the nearest one that is listed above it."""
        listed = [each for each in self.ctes.get(scan.cte_name, ()) if scan.is_inside(self.parents[each.path])]
        return max(listed, key=lambda each: each.path.count("."), default=None) if scan.type == "CTE Scan" else None

    def readers(self, cte: Node) -> tuple[Node, ...]:
        """The CTE Scans of the query of a WITH, in their order."""
        return tuple(scan for scan in self.by_type.get("CTE Scan", ()) if self.cte_of(scan) is cte)

    def above(self, node: Node) -> Iterator[Node]:
        """The nodes over `node`, the nearest first."""
        while (parent := self.parents.get(node.path)) is not None:
            yield parent
            node = parent

    @cached_property
    def measured(self) -> bool:
        """Whether it comes from EXPLAIN ANALYZE."""
        return self.root.measured

    @cached_property
    def timed(self) -> bool:
        """Whether its nodes have times."""
        return self.root.timed

    def milliseconds(self, key: str) -> float | None:
        """A time of the top level, as `Execution Time`; None where it is not there."""
        value = self.properties.get(key)
        return float(value) if isinstance(value, (int, float)) else None

    @cached_property
    def whole_rows(self) -> bool:
        """Whether rows of a loop were rounded to whole numbers, as all versions before 18 do."""
        return not any(isinstance(node.properties.get("Actual Rows"), float) for node in self.nodes)


def tree(document: Mapping[str, Value], path: str = "0") -> Node:
    """The nodes of an object as EXPLAIN (FORMAT JSON) nests them under `Plan` and `Plans`. Not recursive: a plan may be
    nested deeper than Python calls."""
    order = [(path, document)]
    for above, each in order:  # grows while it is read, parents first
        order.extend((f"{above}.{number}", child) for number, child in enumerate(_below(each)))
    made: dict[str, Node] = {}
    for place, each in reversed(order):
        children = tuple(made.pop(f"{place}.{number}") for number in range(len(_below(each))))
        properties = dict(each)
        properties.pop("Plans", None)
        made[place] = Node(path=place, properties=properties, children=children)
    return made[path]


def _below(document: Mapping[str, Value]) -> Sequence[Mapping[str, Value]]:
    below = document.get("Plans")
    return below if isinstance(below, list) else ()


def document(plan: QueryPlan) -> dict[str, Value]:
    """The object that the plan was read from, as JSON spells it: the inverse of reading."""
    made = {node.path: dict(node.properties) for node in plan.nodes}
    for node in plan.nodes:
        if node.children:
            made[node.path]["Plans"] = [made[child.path] for child in node.children]
    return {"Plan": made[plan.root.path], **plan.properties}
