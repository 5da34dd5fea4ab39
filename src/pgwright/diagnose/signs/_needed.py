"""Which columns of a relation a plan really needs: what its conditions compare, and what comes out at its top.

What a scan itself puts out tells less: without reason to do otherwise it passes on whole rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import references
from ..query_plan.model import Node
from ._seen import Seen

_EXPRESSIONS = ("Cond", "Condition", "Filter", "Key", "Order By", "Function Call")
"""How the keys end under which a node shows what it computes."""
_WRITING = frozenset({"ModifyTable", "LockRows"})


def needed(seen: Seen, node: Node) -> frozenset[str] | None:
    """The columns of the relation of `node`; None where that is not known: without VERBOSE, where whole rows are used
    or rows are written."""
    nodes = seen.plan.nodes
    if "Output" not in nodes[0].properties or any(_opaque(each) for each in nodes):
        return None
    alias, found = node.alias, set[str]()
    for text in _texts(seen):
        if text.endswith(".*") or f"{alias}.*" in text:
            return None
        found.update(each.column for each in references(text) if each.alias in ("", alias))
    return frozenset(found)


def _opaque(node: Node) -> bool:
    """Whether a node needs more than its texts say: the whole row to write it, or keys in lists of lists."""
    return node.type in _WRITING or "Grouping Sets" in node.properties


def _texts(seen: Seen) -> Iterator[str]:
    for node in seen.plan.nodes:
        top = node.path == "0" or bool(node.subplan) or node.role == "Subquery"
        for key, value in node.properties.items():
            if key.endswith(_EXPRESSIONS) or (key == "Output" and top):
                yield from (str(each) for each in (value if isinstance(value, list) else (value,)))
