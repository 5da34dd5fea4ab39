"""A planner setting that is not at its default leads to the plan.

## What it is

A kind of join, scan or aggregate is switched off (enable_hashjoin and its like), and the plan does in its place what
that kind is made to avoid: it sorts both sides of a join, looks into an index for each of very many rows, or sorts to
group.

## Why it is slow

Such a switch is meant for experiments; left on for a whole role it takes the best plan from all others.

## Cure

The setting on again for this statement; then wherever it was switched off.

## Disproof

With the setting on it takes as long.

## Versions

14 to 18, where EXPLAIN was asked for SETTINGS.

## Example

    ALTER ROLE app SET enable_hashjoin = off;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures, _switches
from ._seen import Seen
from ._sign import Confidence, Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = (
    "many_inner_loops",
    "seq_scan_discards_rows",
    "sort_on_disk",
    "sort_without_index",
    "order_index_searches",
)
INSTEAD = {
    "enable_hashjoin": ("Merge Join", "Nested Loop"),
    "enable_hashagg": ("Aggregate",),
    "enable_indexscan": ("Seq Scan",),
    "enable_bitmapscan": ("Seq Scan",),
}
"""By setting, the nodes that do the work in its place."""
PART = 0.3
"""The part of the time that the substitute must take."""
LOOPS = 10_000
"""So often a nested loop looks into its inner side where a hash join would read that once."""
DISCARDED = 0.99


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The plan: one finding for each setting whose absence shows."""
    off = _switches.forbidden(seen)
    for setting in sorted(off):
        kinds = INSTEAD.get(setting, ())
        nodes = [each for one in node.walk() if one.type in kinds for each in _instead(seen, one)]
        if not nodes or seen.share(*nodes) < PART:
            continue
        yield Sign(
            nodes=tuple(dict.fromkeys(nodes)),
            object=seen.name(nodes[0]),
            seen=f"{setting} is off, and {seen.what(nodes[0])} takes its place, in "
            f"{100 * seen.share(*nodes):,.0f} % of the time.",
            why="The plan does what that kind of node is made to avoid.",
            disproof="With the setting on it takes as long.",
            share=seen.share(*nodes),
            confidence=Confidence.HEURISTIC,
            cure=_cures.session_setting(setting, "on"),
            fields={"Settings": {setting: "off"}, "Node Type": nodes[0].type},
        )


def _instead(seen: Seen, node: Node) -> tuple[Node, ...]:
    """The nodes that do the work of what is forbidden, `node` first; empty where it would be done so anyway."""
    if node.type == "Seq Scan":
        removed, kept = seen.total(node, "Rows Removed by Filter"), seen.rows(node)
        return (node,) if removed > DISCARDED * (removed + kept) and _has_index(seen, node) else ()
    if node.type == "Nested Loop":
        inner = seen.child(node, "Inner")
        many = inner is not None and inner.loops >= LOOPS and node.text("Join Type") == "Inner"
        return (node, inner) if inner is not None and many else ()
    sorts = tuple(each for each in seen.children(node) if each.type == "Sort")
    return (node, *sorts) if sorts and node.text("Strategy") in ("", "Sorted") else ()


def _has_index(seen: Seen, node: Node) -> bool:
    """Whether an index begins with a column that the scan compares."""
    relation = seen.relation(node)
    compared = {each.column.column for each in seen.clauses(node, "Filter") if each.column and each.operator}
    return relation is not None and any(each.keys[0] in compared for each in relation.indexes if each.keys)
