"""An index-only scan visits the table after all, because nobody has vacuumed it.

## What it is

An Index Only Scan with Heap Fetches for at least a tenth of its rows.

## Why it is slow

An index does not know which rows are visible. Only for pages that VACUUM has marked as visible to all is the table not
asked; each of the others costs a visit, as an ordinary index scan does.

## Cure

VACUUM. Where it comes back, autovacuum of the table is too rare: it starts by dead rows, or rows inserted.

## Disproof

After VACUUM there are as many: a transaction that is still open holds it back, or the rows keep changing.

## Versions

14 to 18. Heap Fetches are a total, rows an average of a loop: a plan of a hundred loops shows 199 and 1.

## Example

    SELECT count(*) FROM commandes WHERE utilisateur_id < 100;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Index Only Scan"})
PART = 0.1
FETCHES = 10_000
"""Fewer visits take less than two milliseconds, while the pages are in the cache."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when many of its rows had to be looked up."""
    fetches = node.number("Heap Fetches")
    rows = seen.rows(node) + seen.total(node, "Rows Removed by Filter")
    if fetches < FETCHES or fetches < PART * rows or not seen.worth(node):
        return
    relation = seen.relation(node)
    marked = f" {relation.visible:.0%} of its pages are marked as visible to all." if relation is not None else ""
    yield Sign(
        nodes=(node,),
        object=seen.name(node),
        seen=f"{seen.what(node)} visits the table for {fetches:,.0f} of {max(rows, fetches):,.0f} rows.{marked}",
        why="Only for pages that VACUUM has marked does an index know that their rows are visible.",
        disproof="After VACUUM there are as many: an open transaction holds it back, or the rows keep changing.",
        share=seen.share(node) * min(fetches / max(rows, 1), 1),
        confidence=Confidence.MEASURED,
        cure=_cures.maintenance(f"VACUUM {seen.name(node)};"),
        fields={"Heap Fetches": fetches, "Actual Rows": rows},
    )
