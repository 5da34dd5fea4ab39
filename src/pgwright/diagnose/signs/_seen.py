"""What a sign may ask about a plan: accounts, conditions, names, and the surroundings where there are some."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...sql import quote
from ..accounting.account import Account
from ..conditions import Clause, clauses
from ..query_plan.model import Node, QueryPlan
from ..surroundings import Relation, Surroundings

WORTH = 0.05
"""The share of the whole below which a sign keeps quiet: nobody thanks for a cure that saves less."""


_BYTES = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?)(B|kB|MB|GB|TB)?")


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A plan with its account, and what is around it (None: nobody was asked)."""

    account: Account
    surroundings: Surroundings | None = None

    @property
    def plan(self) -> QueryPlan:
        """The plan."""
        return self.account.plan

    @cached_property
    def total_ms(self) -> float | None:
        """The time of the whole in milliseconds, None where nothing was timed."""
        return self.account.execution_ms

    def share(self, *nodes: Node) -> float:
        """The part of the whole, 0 to 1, that the nodes took by themselves."""
        return self.account.share(*nodes)

    def worth(self, *nodes: Node) -> bool:
        """Whether the nodes took enough by themselves to speak about."""
        return self.share(*nodes) >= WORTH

    def rows(self, node: Node) -> float:
        """All rows that the node gave; what was expected where nothing was measured."""
        account = self.account.of(node)
        return account.rows.value if node.measured else account.rows_estimated

    def total(self, node: Node, key: str) -> float:
        """The total of a counter that the server gives as the average of a loop, as `Rows Removed by Filter`."""
        return node.number(key) * max(node.loops, 1)

    def relation(self, node: Node) -> Relation | None:
        """What the catalog says about the relation of the node; for a bitmap's index scan that of the heap scan."""
        if self.surroundings is None:
            return None
        holder = self.holder(node)
        return self.surroundings.relation(holder.text("Schema"), holder.relation) if holder.relation else None

    def holder(self, node: Node) -> Node:
        """The node that names the relation: `node`, or above a Bitmap Index Scan the heap scan."""
        if node.relation:
            return node
        return next((each for each in self.plan.above(node) if each.type == "Bitmap Heap Scan"), node)

    def name(self, node: Node) -> str:
        """The relation of the node as SQL, with its schema where that is known; empty where it has none."""
        holder = self.holder(node)
        if not holder.relation:
            return ""
        found = self.relation(node)
        schema = holder.text("Schema") or (found.schema if found is not None else "")
        return quote.qualified(schema, holder.relation) if schema else quote.ident(holder.relation)

    def what(self, node: Node) -> str:
        """The node in words: `Seq Scan on orders`, `Hash Join`."""
        holder = self.holder(node)
        return f"{node.type} on {self.name(node)}" if holder.relation else node.type

    def clauses(self, node: Node, *keys: str) -> tuple[Clause, ...]:
        """The clauses of the conditions `keys` of a node, as `Filter`, `Index Cond`."""
        return tuple(clause for key in keys for clause in clauses(node.text(key)))

    def own(self, node: Node, clause: Clause) -> bool:
        """Whether the clause reads columns of the relation of `node` only."""
        alias = self.holder(node).alias
        return all(each.alias in ("", alias) for each in clause.reads)

    def children(self, node: Node) -> tuple[Node, ...]:
        """The ordinary children of a node: not its subplans."""
        return tuple(child for child in node.children if not child.subplan)

    def child(self, node: Node, role: str = "Outer") -> Node | None:
        """The ordinary child in a role."""
        return next((each for each in self.children(node) if each.role == role), None)

    def below(self, node: Node, *types: str) -> Iterator[Node]:
        """The nodes of these types in the tree of `node`, itself included, subplans left out."""
        stack = [node]
        while stack:
            each = stack.pop()
            if each.type in types:
                yield each
            stack.extend(reversed(self.children(each)))

    def setting(self, name: str) -> str | None:
        """A setting of the session that ran the plan: from the plan itself (SETTINGS), else from the surroundings."""
        changed = self.plan.properties.get("Settings")
        if isinstance(changed, dict) and name in changed:
            return str(changed[name])
        return self.surroundings.settings.get(name) if self.surroundings is not None else None

    def amount(self, name: str, *, unit: int = 1) -> float | None:
        """A setting as a number; None where it is not known, or none. EXPLAIN writes memory with its unit (`1MB`); it
        is given in `unit` bytes, which is how pg_settings counts it."""
        match = _AMOUNT.fullmatch(self.setting(name) or "")
        if match is None:
            return None
        return float(match[1]) * (_BYTES[match[2]] / unit if match[2] else 1)
