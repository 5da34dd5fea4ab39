"""Nodes whose rows say nothing about the estimate, because somebody stopped asking, or asked again.

A scan below a LIMIT that gave 5 rows of the 297,697 that were expected was not misjudged: it was not asked for more.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..query_plan.model import Node, QueryPlan

# They have read all that is below them before they give a first row.
_BLOCKING = frozenset({"Sort", "Hash", "Aggregate", "Bitmap Heap Scan", "SetOp", "Recursive Union"})


def censored(plan: QueryPlan) -> Mapping[str, str]:
    """By path, why the rows of a node are no evidence; nodes that are not in it may be compared."""
    found: dict[str, str] = {}
    for node in plan.nodes:
        reason = _own(node)
        if reason:
            found[node.path] = reason
        for child in node.children:
            inherited = _stopped(node, child) or _passed_on(node, found.get(node.path, ""))
            if inherited:
                found.setdefault(child.path, inherited)
    return found


def _own(node: Node) -> str:
    if not node.executed:
        return "it was never executed"
    if node.type in ("BitmapAnd", "BitmapOr"):
        return "bitmaps count no rows"
    if node.type == "Memoize":
        return "its estimate is for one probe"
    if node.type == "ModifyTable" and not node.number("Actual Rows"):
        return "it gives no rows"
    if node.is_sub_plan or node.is_init_plan:
        return "a subquery may be stopped after its first row"
    return ""


def _stopped(node: Node, child: Node) -> str:
    """Why `node` may not ask `child` for all its rows."""
    join = node.text("Join Type")
    if node.type == "Limit" and child.role == "Outer":
        return "a LIMIT above stops it"
    if node.type == "Merge Join":
        return "a merge join stops where one side ends, and reads equal rows again"
    if join in ("Semi", "Anti", "Right Semi", "Right Anti") and child.role == "Inner" and node.type == "Nested Loop":
        return "a semi or anti join stops at the first match"
    if node.type == "Nested Loop" and node.properties.get("Inner Unique") is True and child.role == "Inner":
        return "a join on a unique key stops at the first match"
    if node.type == "Memoize":
        return "what is remembered is not asked again"
    if node.type == "Append" and node.number("Subplans Removed"):
        return "partitions were left out while it ran"
    return ""


def _passed_on(node: Node, reason: str) -> str:
    """What stops a node stops what is below it, down to the first that reads everything before it gives anything."""
    blocking = node.type in _BLOCKING and not (node.type == "Aggregate" and node.text("Strategy") == "Sorted")
    lasting = reason.startswith(("a LIMIT", "a merge join", "a semi", "a subquery", "it was never"))
    return reason if lasting and not blocking else ""
