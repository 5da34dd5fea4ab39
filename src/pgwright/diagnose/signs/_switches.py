"""The settings that forbid a kind of node, and the nodes that break such a ban."""

from __future__ import annotations

from collections.abc import Mapping

from ..query_plan.model import Node
from ._seen import Seen

SWITCH: Mapping[str, str] = {
    "Seq Scan": "enable_seqscan",
    "Index Scan": "enable_indexscan",
    "Index Only Scan": "enable_indexonlyscan",
    "Bitmap Heap Scan": "enable_bitmapscan",
    "Tid Scan": "enable_tidscan",
    "Sort": "enable_sort",
    "Nested Loop": "enable_nestloop",
    "Hash Join": "enable_hashjoin",
    "Merge Join": "enable_mergejoin",
    "Aggregate": "enable_hashagg",
    "Gather Merge": "enable_gathermerge",
}
"""By node type, what forbids it."""
_DISABLED_COST = 1e10
"""What a forbidden node costs more, up to 17."""


def any_disabled(root: Node) -> bool:
    """Whether a node of the plan may be forbidden: quick to answer. In text only those that are forbidden say so."""
    if root.number("Total Cost") >= _DISABLED_COST / 2:
        return True
    return any(node.properties.get("Disabled") is True for node in root.walk())


def is_disabled(node: Node) -> bool:
    """Whether the node is one that a setting forbids: 18 says so, before it is seen by its cost."""
    if node.properties.get("Disabled") is True:
        return True
    own = node.number("Total Cost") - sum(child.number("Total Cost") for child in node.children)
    return "Disabled" not in node.properties and own >= _DISABLED_COST / 2


def forbidden(seen: Seen) -> set[str]:
    """The settings of this kind that were off, as the plan says (EXPLAIN with SETTINGS)."""
    changed = seen.plan.properties.get("Settings")
    if not isinstance(changed, dict):
        return set()
    return {name for name, value in changed.items() if name.startswith("enable_") and value == "off"}
