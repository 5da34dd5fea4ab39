"""A WITH sorts or groups all its rows, and its reader stops after a few.

## What it is

A reader of a WITH stops early, as LIMIT does. What the WITH gives is computed bit by bit, but a sort or a group inside
it must read everything before its first row.

## Why it is slow

LIMIT outside is not known inside, so nothing there is planned for a few rows: the sort goes to disk, or an index that
would give the first rows at once is not used. A sort that stays in memory is not told, because keeping the first rows
only takes nearly as long.

## Cure

NOT MATERIALIZED; with several readers the largest LIMIT inside.

## Disproof

The other readers of the WITH need all of it.

## Versions

14 to 18.

## Example

    WITH récentes AS MATERIALIZED (SELECT * FROM commandes ORDER BY créee_a DESC) SELECT * FROM récentes LIMIT 10;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..query_plan.model import Node
from . import _cures
from ._seen import WORTH, Seen
from ._sign import Confidence, Sign
from ._statement import not_materialized

NODES: frozenset[str] = frozenset()
EXPLAINS = ("sort_on_disk", "sort_without_limit", "sort_without_index")
ROWS = 10_000
READ = 0.1


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each WITH that sorted many rows of which few were read."""
    for node in root.walk():
        if not node.is_cte or not node.executed:
            continue
        sort = seen.child(node) if node.type == "Gather Merge" else node
        below = seen.child(sort) if sort is not None and sort.type == "Sort" else None
        if sort is None or below is None or not _in_vain(seen, node, sort, below):
            continue
        if all(_limited(seen, scan) for scan in seen.plan.readers(node)) and _spared(seen, sort, below):
            yield _sign(seen, node, sort, seen.rows(below))


def _in_vain(seen: Seen, node: Node, sort: Node, below: Node) -> bool:
    """Whether many rows were sorted and few of them read."""
    many = seen.rows(below) >= ROWS and seen.rows(node) <= READ * seen.rows(below)
    return many and seen.account.subtree_share(node) >= WORTH and "top-N" not in sort.text("Sort Method")


def _limited(seen: Seen, scan: Node) -> bool:
    """Whether a LIMIT is right above a reader that takes the rows as they come."""
    above = seen.plan.parents[scan.path]
    return above.type == "Limit" and "Filter" not in scan.properties


def _spared(seen: Seen, node: Node, below: Node) -> bool:
    """Whether the sort would be spared, or its files."""
    if node.text("Sort Space Type") == "Disk":
        return True
    keys = [key.removesuffix(" DESC") for key in node.texts("Sort Key")]
    return bool(below.relation) and _cures.has_index(
        seen.relation(below), [_cures.plain(seen, below, key) for key in keys]
    )


def _sign(seen: Seen, node: Node, sort: Node, sorted_rows: float) -> Sign:
    given = seen.rows(node)
    name = node.cte_name
    inside = f"-- write LIMIT {given:.0f} at the end of WITH {quote.ident(name)}, which is all that is read"
    alone = len(seen.plan.readers(node)) == 1
    return Sign(
        nodes=(node, sort),
        object=quote.ident(name),
        seen=f"WITH {quote.ident(name)} sorts {sorted_rows:,.0f} rows, and {given:,.0f} of them are read.",
        why="The LIMIT outside is not known inside, so all rows are sorted before the first is given.",
        disproof="The statement is not faster with the LIMIT inside.",
        share=seen.account.subtree_share(node),
        confidence=Confidence.MEASURED,
        cure=_cures.rewrite((not_materialized(seen.plan.query, name) if alone else "") or inside),
        fields={
            "Sort Method": sort.text("Sort Method"),
            "Actual Rows": given,
            "Actual Rows of the input": sorted_rows,
        },
    )
