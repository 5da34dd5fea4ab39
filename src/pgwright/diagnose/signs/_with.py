"""Who reads a WITH."""

from __future__ import annotations

from ..query_plan.model import Node
from ._seen import Seen


def readers(seen: Seen, node: Node) -> tuple[Node, ...]:
    """The CTE Scans of the query of a WITH; none where the name is used for two of them."""
    name = node.subplan.removeprefix("CTE ")
    if sum(each.subplan == node.subplan for each in seen.plan.nodes) > 1:
        return ()
    return tuple(scan for scan in seen.plan.by_type.get("CTE Scan", ()) if scan.text("CTE Name") == name)
