"""Two indexes are read whole for one condition each, and what they have in common is sought afterwards.

## What it is

A BitmapAnd of scans of several indexes that each find many more rows than all of them together.

## Why it is slow

Every entry of each index that matches its own condition is read, to keep the few that match all.

## Cure

One index on all that is compared, equality first. At most one of the conditions may be a range: a b-tree is searched by
one only.

## Disproof

The other conditions vary from query to query, so that one index for each combination would be needed.

## Versions

14 to 18.

## Example

    SELECT * FROM commandes WHERE utilisateur_id = 5 AND produit_id = 7;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import clauses
from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"BitmapAnd"})
FEWER = 5
"""So many times more entries must be read than rows are found; with less the second index hardly pays for itself."""
ENTRIES = 1_000


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The intersection, when one index could find it."""
    scans, heap = seen.children(node), seen.holder(node)
    if not heap.relation or any(scan.type != "Bitmap Index Scan" for scan in scans):
        return
    read, found = sum(seen.rows(scan) for scan in scans), seen.rows(heap)
    if read < ENTRIES or read < FEWER * found or not seen.worth(node, *scans):
        return
    compared = [clause for scan in scans for clause in clauses(scan.text("Index Cond"))]
    searchable = all(_cures.is_key(seen, node, each) for each in compared)
    if not searchable or len({each.left for each in compared if not each.equality}) > 1:
        return
    cure = _cures.index(seen, node, compared)
    if not cure.sql:
        return
    names = [scan.text("Index Name") for scan in scans]
    yield Sign(
        nodes=(node, *scans),
        object=seen.name(node),
        seen=f"{' and '.join(names)} give {read:,.0f} entries; {found:,.0f} rows are in all of them.",
        why="Each index is read for all rows that match its own condition, and nearly none of them match the others.",
        disproof="The conditions come in other combinations as often, and would need an index each.",
        share=seen.share(node, *scans),
        confidence=Confidence.MEASURED if node.measured else Confidence.ESTIMATED,
        cure=cure,
        fields={"Index Name": ", ".join(names), "Actual Rows" if node.measured else "Plan Rows": read},
    )
