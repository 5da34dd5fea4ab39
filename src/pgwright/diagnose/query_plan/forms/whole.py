"""Whether a plan is whole: TEXT and YAML have no end of their own, so that a plan that was cut may look like one.

It shows by a node without the nodes that it must have below it, or without the numbers that the root has, and with
ANALYZE by the missing end: "Execution Time" (SUMMARY OFF leaves it out too; then YAML still has "Triggers", and TEXT
only psql's row count). auto_explain writes neither, so its plans are taken as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..model import QueryPlan, Value

_ONE = ("Sort", "Incremental Sort", "Hash", "Limit", "Unique", "Materialize", "Memoize", "Group", "WindowAgg", "SetOp")
_ONE_TOO = ("LockRows", "Gather", "Gather Merge", "Bitmap Heap Scan", "Subquery Scan", "Aggregate", "ModifyTable")
_TWO = ("Nested Loop", "Hash Join", "Merge Join", "Recursive Union", "BitmapAnd", "BitmapOr")
_LEAST = {**dict.fromkeys((*_ONE, *_ONE_TOO, "ProjectSet", "Append", "Merge Append"), 1), **dict.fromkeys(_TWO, 2)}
_NUMBERS = ("Plan Width", "Actual Loops")


def missing(plan: QueryPlan) -> str:
    """What is missing in the tree of nodes, as a part of a sentence; empty where it is whole."""
    wanted = [key for key in _NUMBERS if key in plan.root.properties]
    if "Startup Cost" in plan.root.properties and "Plan Width" not in plan.root.properties:
        wanted.append("Plan Width")
    for node in plan.nodes:
        least = _LEAST.get(node.type, 0)
        if least:
            there = sum("Subplan Name" not in child.properties for child in node.children)
            if there < least and "Subplans Removed" not in node.properties:
                return f"a node {node.type} has {least} below it, and {there or 'none'} is there"
        for key in wanted:
            if key not in node.properties and (least or node.type.endswith(" Scan") or node.type == "Result"):
                return f'a node {node.type} has no "{key}"'
    return ""


def end_missing(measured: bool, beside: Mapping[str, Value]) -> str:
    """What is missing at the end; empty where nothing is."""
    if not measured or "Execution Time" in beside or "Query Text" in beside:
        return ""
    if "Triggers" in beside and "Planning Time" not in beside:
        return ""
    return 'its last line, "Execution Time", is missing'
