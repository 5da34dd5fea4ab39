"""What people call a node: as EXPLAIN writes it in text, from the keys of the model."""

from __future__ import annotations

from .query_plan.model import Node

_AGGREGATES = {"Hashed": "HashAggregate", "Sorted": "GroupAggregate", "Mixed": "MixedAggregate"}


def title(node: Node) -> str:
    """`Parallel Seq Scan on public.orders o`, `Hash Left Join`, `Partial HashAggregate`."""
    name = kind(node)
    if index := node.text("Index Name"):
        name += f" on {index}" if node.type == "Bitmap Index Scan" else f" using {index}"
    target = node.relation or node.text("CTE Name") or node.text("Function Name")
    if target:
        schema = node.text("Schema")
        name += f" on {schema}.{target}" if schema and node.relation else f" on {target}"
    alias = node.text("Alias")
    return f"{name} {alias}" if alias and alias != target else name


def kind(node: Node) -> str:
    """What it does, without what it does it to: `Parallel Seq Scan`, `Index Scan Backward`."""
    backward = " Backward" if node.text("Scan Direction") == "Backward" else ""
    return f"{'Parallel ' if node.parallel else ''}{_kind(node)}{backward}"


def _kind(node: Node) -> str:
    if node.type == "Aggregate":
        partial = node.text("Partial Mode")
        name = _AGGREGATES.get(node.text("Strategy"), "Aggregate")
        return f"{partial} {name}" if partial not in ("", "Simple") else name
    if node.type in ("Hash Join", "Merge Join", "Nested Loop") and node.text("Join Type") not in ("", "Inner"):
        join = node.text("Join Type")
        return f"{node.type} {join} Join" if node.type == "Nested Loop" else node.type.replace("Join", f"{join} Join")
    if node.type == "ModifyTable":
        return node.text("Operation") or node.type
    if node.type == "SetOp":
        name = "HashSetOp" if node.text("Strategy") == "Hashed" else node.type
        return f"{name} {node.text('Command')}".rstrip()
    return (node.text("Custom Plan Provider") and f"Custom Scan ({node.text('Custom Plan Provider')})") or node.type


CONDITIONS = (
    "Index Cond", "Recheck Cond", "TID Cond", "Hash Cond", "Merge Cond", "Join Filter", "One-Time Filter", "Filter",
    "Run Condition", "Order By", "Sort Key", "Presorted Key", "Group Key", "Cache Key",
)  # fmt: skip
"""The keys that say what a node looks for or orders by, in the order in which it does so."""


def conditions(node: Node) -> tuple[tuple[str, str], ...]:
    """The conditions of a node, as (key, text)."""
    found = []
    for key in CONDITIONS:
        value = node.properties.get(key)
        if isinstance(value, str):
            found.append((key, value))
        elif isinstance(value, list):
            found.append((key, ", ".join(map(str, value))))
    return tuple(found)
