"""A WITH is computed whole, and its reader keeps a few of its rows.

## What it is

The rows of a WITH query are kept in memory or in a file, and the condition on them is applied to the copy. So it is
where the WITH is read more than once, or says MATERIALIZED.

## Why it is slow

No condition from outside reaches the tables inside, so no index can serve it.

## Cure

NOT MATERIALIZED, which plans the query of the WITH in place of each of its readers.

## Disproof

The conditions cannot be applied inside, as below LIMIT or a window; or it is too dear to be computed twice.

## Versions

14 to 18.

## Example

    WITH totaux AS (SELECT utilisateur_id, sum(total) FROM commandes GROUP BY 1)
    SELECT * FROM totaux WHERE utilisateur_id = 7 UNION ALL SELECT * FROM totaux WHERE utilisateur_id = 9;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..conditions import references
from ..query_plan.model import Node
from . import _cures
from ._seen import WORTH, Seen
from ._sign import Confidence, Cure, Sign
from ._statement import not_materialized

EXPLAINS = ("temporary_files",)
NODES: frozenset[str] = frozenset()
ROWS = 10_000
KEPT = 0.1
_NOT_ENTERED = ("Limit", "WindowAgg", "Recursive Union", "ModifyTable", "LockRows", "SetOp", "Unique")
"""What a condition from outside is not moved into."""


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each WITH whose readers all keep little of it."""
    for node in root.walk():
        if not node.is_cte or not node.executed or node.type in _NOT_ENTERED:
            continue
        share, scans = seen.account.subtree_share(node), seen.plan.readers(node)
        removed = sum(seen.total(scan, "Rows Removed by Filter") for scan in scans)
        kept = sum(seen.rows(scan) for scan in scans)
        if share < WORTH or removed < ROWS or kept / (removed + kept) > KEPT or not _enters(seen, node, scans):
            continue
        yield _sign(seen, node, scans, removed, kept)


def _enters(seen: Seen, node: Node, scans: tuple[Node, ...]) -> bool:
    """Whether each reader has a condition, and that can be moved into the query of the WITH."""
    if any(seen.below(node, *_NOT_ENTERED)) or not all(scan.text("Filter") for scan in scans):
        return False
    if node.type not in ("Aggregate", "Group"):
        return True
    keys = {reference.column for key in node.texts("Group Key") for reference in references(key)}
    return all({each.column for each in references(scan.text("Filter"))} <= keys for scan in scans)


def _sign(seen: Seen, node: Node, scans: tuple[Node, ...], removed: float, kept: float) -> Sign:
    name = node.cte_name
    share = seen.account.subtree_share(node) + seen.share(*scans)
    return Sign(
        nodes=(node, *scans),
        object=quote.ident(name),
        seen=f"WITH {quote.ident(name)} gives its readers {removed + kept:,.0f} rows, and they keep {kept:,.0f}.",
        why="The condition is applied to a copy of all rows, where no index can serve it.",
        disproof="The statement is not faster when the query of the WITH is planned in place of its readers.",
        share=min(share, 1.0) * removed / (removed + kept),
        confidence=Confidence.MEASURED,
        cure=_cure(seen, name),
        fields={"Filter": scans[0].text("Filter"), "Rows Removed by Filter": removed, "Actual Rows": kept},
    )


def _cure(seen: Seen, name: str) -> Cure:
    statement = not_materialized(seen.plan.query, name)
    return _cures.rewrite(statement or f"-- write WITH {quote.ident(name)} AS NOT MATERIALIZED (…)")
