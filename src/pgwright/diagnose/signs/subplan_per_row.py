"""A subquery in an expression is executed once for each row outside.

## What it is

A correlated subquery, in the select list or in a condition that cannot be joined, runs thousands of times.

## Why it is slow

Each time it is started anew. Without an index each time reads its whole table; with one, it finds the same rows again
and again where many rows outside ask for the same.

## Cure

An index on what it compares, where it reads its table. Where it has its index but reads more rows than the table has, a
join with the subquery grouped by that column.

## Disproof

The rows outside become few, as when the statement gets a LIMIT.

## Versions

14 to 18.

## Example

    SELECT c.*, (SELECT count(*) FROM lignes_commande l WHERE l.commande_id = c.id) FROM commandes c;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import Clause
from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures
from ._correlation import joining
from ._seen import WORTH, Seen
from ._sign import NO_CURE, Confidence, Cure, Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = ("seq_scan_discards_rows", "index_scan_discards_rows")
LOOPS = 100
AGAIN = 3
"""So many times the rows of its table must be read before one pass is worth it: at once the table, 300,000 rows in the
cache, the two take about the same (14 and 18)."""


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each subquery that ran often and took its share."""
    for node in root.walk():
        if not node.is_sub_plan or node.loops < LOOPS:
            continue
        share = seen.account.subtree_share(node)
        if share >= WORTH:
            scan, cure = _index(seen, node) or _grouped(seen, node) or (node, NO_CURE)
            if cure.sql:
                yield _sign(seen, node, scan, share, cure)


def _index(seen: Seen, node: Node) -> tuple[Node, Cure] | None:
    """The scan that reads more than it is asked for, and the index that it lacks."""
    for scan in seen.below(node, *SCANS):
        if seen.total(scan, "Rows Removed by Filter") >= LOOPS and seen.worth(scan):
            asked = list(joining(seen, scan, scan, "Index Cond", "Recheck Cond", "Filter"))
            cure = _cures.index(seen, scan, asked) if any(not each.constant for each in asked) else NO_CURE
            if cure.sql:
                return scan, cure
    return None


def _grouped(seen: Seen, node: Node) -> tuple[Node, Cure] | None:
    """The join that computes it in one pass, where the table is read several times over."""
    scan = next(seen.below(node, *SCANS), None)
    relation = seen.relation(scan) if scan is not None else None
    if scan is None or relation is None or node.type != "Aggregate":
        return None
    if seen.rows(scan) < AGAIN * max(relation.rows, LOOPS):
        return None
    keys = [each for each in joining(seen, scan, scan, "Index Cond", "Recheck Cond", "Filter") if _key(each)]
    if len(keys) != 1:
        return None
    name, column = seen.name(scan), _cures.plain(seen, scan, keys[0].left)
    line = (
        f"LEFT JOIN (SELECT {column}, … FROM {name} GROUP BY {column}) AS grouped ON grouped.{column} = {keys[0].value}"
    )
    return scan, _cures.rewrite(f"-- compute {node.subplan} for all rows at once:\n-- {line}")


def _key(clause: Clause) -> bool:
    return clause.operator == "=" and not clause.constant and clause.column is not None


def _sign(seen: Seen, node: Node, scan: Node, share: float, cure: Cure) -> Sign:
    return Sign(
        nodes=(node, scan),
        object=seen.name(scan),
        seen=f"{node.subplan} on {seen.name(scan)} is executed {node.loops:,.0f} times.",
        why="Each row outside starts the subquery anew.",
        disproof="The rows outside become few, as under a LIMIT.",
        share=share,
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={
            "Subplan Name": node.subplan,
            "Actual Loops": node.loops,
            "Rows Removed by Filter": seen.total(scan, "Rows Removed by Filter"),
        },
    )
