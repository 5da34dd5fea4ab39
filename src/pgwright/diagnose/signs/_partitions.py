"""Partitions of one table, which are read side by side: they are one finding, and its cure belongs on their parent.

Without surroundings nobody knows that two tables are partitions of one, and each stands for itself.
"""

from __future__ import annotations

from ...sql import quote
from ..query_plan.kinds import APPENDS
from ..query_plan.model import Node
from ..surroundings import Relation
from ._seen import Seen


def top(seen: Seen, node: Node) -> Relation | None:
    """The partitioned table at the top of what the node reads; the relation itself where it is no partition."""
    relation = seen.relation(node)
    while relation is not None and relation.parent and seen.surroundings is not None:
        above = seen.surroundings.relation(*relation.parent)
        if above is None:
            return relation
        relation = above
    return relation


def name(seen: Seen, node: Node) -> str:
    """The table that an index for the node is made on, as SQL: `seen.name`, or for a partition the table at the top."""
    relation = top(seen, node)
    return quote.qualified(relation.schema, relation.name) if relation is not None else seen.name(node)


def together(seen: Seen, node: Node) -> tuple[Node, ...]:
    """The nodes of the same type that read partitions of the same table below the same Append, in order; `node` alone
    where it reads no partition, and none where it is not the first of them: one of them speaks for all."""
    relation, above = seen.relation(node), seen.plan.parents.get(node.path)
    if relation is None or not relation.parent or above is None or above.type not in APPENDS:
        return (node,)
    mine = top(seen, node)
    alike = (each for each in above.children if each.type == node.type and top(seen, each) is mine)
    first = next(alike)
    return (first, *alike) if first is node else ()


def what(seen: Seen, nodes: tuple[Node, ...]) -> str:
    """The nodes of `together` in words: `Seq Scan on shop.orders`, `Seq Scan on 12 partitions of shop.events`."""
    first = nodes[0]
    return seen.what(first) if len(nodes) == 1 else f"{first.type} on {len(nodes)} partitions of {name(seen, first)}"
