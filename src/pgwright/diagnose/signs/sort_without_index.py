"""Many rows are sorted although an index could give them in the order that is asked for.

## What it is

A sort right above the scan of one table, of which a LIMIT takes only the first rows; or of a table that
lies on disk in that order already.

## Why it is slow

All rows must be read and compared before the first one is known.

## Cure

An index: what the conditions fix first, then the sort keys in their directions. It is read only as far as
the LIMIT goes.

## Disproof

Another condition leaves so few rows that many entries must be read until enough of them are found.

## Versions

14 to 18.

## Example

    SELECT * FROM orders WHERE status = 'open' ORDER BY at DESC LIMIT 20;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _sorts
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Sort"})
EXPLAINS = (
    "sort_on_disk",
    "seq_scan_discards_rows",
    "index_scan_discards_rows",
    "recheck_discards_rows",
    "lossy_bitmap",
    "not_index_only",
    "scattered_rows",
    "sparse_pages",
)
ROWS = 3_000
"""Fewer are read and sorted in a millisecond."""
FIRST = 0.1
"""The part of the rows that a LIMIT may take at most for an index to pay: entries point anywhere in the table."""
IN_ORDER = 0.95
"""The correlation of a column with the place of its rows from which on an index reads a table like a scan."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The sort, when an index would give its order cheaply."""
    scan = _sorts.scan_below(seen, node)
    if scan is None or seen.rows(scan) < ROWS or not seen.worth(node, scan):
        return
    limit = _sorts.limit_above(seen, node)
    if limit is not None and _read(seen, scan, _taken(seen, node, limit)) > FIRST * seen.rows(scan):
        return
    order = _sorts.keys(seen, scan, node.texts("Sort Key"))
    if limit is None and not (order and _in_order(seen, scan, order) and seen.worth(node)):
        return
    cure = _sorts.ordered_index(seen, scan, order)
    if not cure.sql:
        return
    nodes = (node, scan) if limit is not None else (node,)
    taken = f", of which the first {_taken(seen, node, limit):,.0f} are taken" if limit is not None else ""
    yield Sign(
        nodes=nodes,
        object=seen.name(scan),
        seen=f"{seen.what(scan)} gives {seen.rows(scan):,.0f} rows to {node.type}{taken}.",
        why="All rows are read and compared before the first one is known.",
        disproof="Another condition leaves so few rows that the index must be read far.",
        share=seen.share(*nodes),
        confidence=Confidence.MEASURED if node.measured else Confidence.ESTIMATED,
        cure=cure,
        fields={"Sort Key": list(node.texts("Sort Key")), "Actual Rows": seen.rows(scan)},
    )


def _taken(seen: Seen, node: Node, limit: Node) -> float:
    """How many rows of the sort are asked for: with OFFSET more than the LIMIT gives."""
    return seen.rows(node) / max(limit.loops, 1) if node.measured else limit.number("Plan Rows")


def _read(seen: Seen, scan: Node, taken: float) -> float:
    """How many rows an index would have to read for that, if all that is fixed to one value were in the index."""
    kept, removed = seen.rows(scan), seen.total(scan, "Rows Removed by Filter")
    rest = [each for each in _sorts.conditions(seen, scan) if not _sorts.fixes(each)]
    return taken * (kept + removed) / max(kept, 1) if rest else taken


def _in_order(seen: Seen, scan: Node, order: tuple[str, ...]) -> bool:
    """Whether the table lies in the order of its first key, and is read whole."""
    relation = seen.relation(scan)
    if relation is None or scan.type != "Seq Scan" or scan.text("Filter"):
        return False
    column = relation.by_name.get(order[0].split(" ")[0].strip('"'))
    return column is not None and abs(column.correlation or 0) >= IN_ORDER
