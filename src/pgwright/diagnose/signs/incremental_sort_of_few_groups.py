"""An incremental sort gets few, large groups: it sorts nearly everything at once.

## What it is

The rows come in the order of the first keys, and the rest is sorted group by group; but there are so few
different values in front that each group is large.

## Why it is slow

A whole group must be read and sorted before its first row can be given, though a LIMIT wants only that.

## Cure

An index on all of the keys.

## Disproof

For other values of the conditions the groups are small.

## Versions

14 to 18.

## Example

    SELECT * FROM orders ORDER BY status, at LIMIT 10;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..query_plan.model import Node, number
from . import _sorts
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Incremental Sort"})
EXPLAINS = ("order_index_searches", "scattered_rows", "sparse_pages")
LARGE = 1_000
"""The rows of a group from which on sorting it is work."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The sort, when its groups are large and an index on all keys would spare it."""
    scan = _sorts.scan_below(seen, node)
    groups = _groups(node.properties) + sum(_groups(each) for each in node.workers)
    if scan is None or not groups or seen.rows(scan) < LARGE * groups:
        return
    early = _sorts.limit_above(seen, node) is not None and seen.rows(node) < 0.1 * seen.rows(scan)
    nodes = (node, scan) if early else (node,)
    if not seen.worth(*nodes):
        return
    cure = _sorts.ordered_index(seen, scan, _sorts.keys(seen, scan, node.texts("Sort Key")))
    if not cure.sql:
        return
    yield Sign(
        nodes=nodes,
        object=seen.name(scan),
        seen=f"{node.type} sorts {seen.rows(scan):,.0f} rows in {groups:,.0f} groups"
        f"{f' to give {seen.rows(node):,.0f} of them' if early else ''}.",
        why="A whole group is read and sorted before its first row is known.",
        disproof="For other values of the conditions the groups are small.",
        share=seen.share(*nodes),
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={
            "Sort Key": list(node.texts("Sort Key")),
            "Presorted Key": list(node.texts("Presorted Key")),
            "Group Count": groups,
        },
    )


def _groups(properties: Any) -> float:
    parts = (properties.get("Full-sort Groups"), properties.get("Pre-sorted Groups"))
    return sum(number(part, "Group Count") for part in parts if isinstance(part, dict))
