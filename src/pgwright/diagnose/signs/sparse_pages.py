"""A scan reads many more pages than its rows would fill.

## What it is

A sequential scan of a table that has at least three times the pages that its rows need by their width: what was there
was deleted or updated, and left room.

## Why it is slow

Pages are read whole, with what is dead or empty on them.

## Cure

VACUUM where dead rows are still there; where they are gone and left their room, writing the table anew, which locks it:
a comment says so, and VACUUM (FULL) is how.

## Disproof

The room will be filled soon by new rows; or the rows are wider than the statistics say.

## Versions

14 to 18. Pages, widths and dead rows are asked of the server.

## Example

    SELECT count(*) FROM file_attente;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from ..surroundings import Relation
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Cure, CureKind, Sign

NODES = frozenset({"Seq Scan"})
TIMES = 3
PAGES = 500
"""Fewer pages, 4 MB, are read in a millisecond or two."""
ROW, PAGE = 28, 8168
"""Bytes that a row takes besides its columns (its head and its pointer), and that a page has for rows."""
ALIGNED = 8
"""What padding adds to a row at most, for all but the strangest orders of columns."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when the table is mostly room."""
    relation = seen.relation(node)
    if relation is None or relation.kind not in "rm" or relation.pages < PAGES or not seen.worth(node):
        return
    rows, needed = relation.rows, _needed(relation)
    if node.executed:
        rows = (seen.rows(node) + seen.total(node, "Rows Removed by Filter")) / max(_scans(seen, node), 1)
    whole = not node.executed or seen.account.blocks(node) >= relation.pages * max(_scans(seen, node), 1)
    if needed is None or not whole or relation.pages < TIMES * max(needed * rows, 1):
        return
    expected, dead = max(needed * rows, 1), relation.dead
    yield Sign(
        nodes=(node,),
        object=seen.name(node),
        seen=f"{seen.what(node)} reads {relation.pages:,} pages for {rows:,.0f} rows, which fill {expected:,.0f};"
        f" {dead:,} dead rows are counted.",
        why="Pages are read whole, with all that is dead or empty on them.",
        disproof="New rows will fill the room soon, or rows are wider than the statistics say.",
        share=seen.share(node) * (1 - expected / relation.pages),
        confidence=Confidence.ESTIMATED,
        cure=_cure(seen.name(node), dead=dead > rows / 2),
        fields={"Pages": relation.pages, "Actual Rows" if node.executed else "Rows": rows, "Dead rows": dead},
    )


def _needed(relation: Relation) -> float | None:
    """The pages that a row needs; None without statistics of all columns."""
    widths = [column.width for column in relation.columns]
    if not widths or None in widths:
        return None
    row = ROW + ALIGNED + sum(width for width in widths if width is not None)
    return row / (PAGE * relation.fill_factor / 100)


def _scans(seen: Seen, node: Node) -> float:
    """How often the table was read: the processes of a parallel scan read it once together."""
    return node.loops / seen.account.of(node).processes if node.parallel else node.loops


def _cure(table: str, *, dead: bool) -> Cure:
    if dead:
        return _cures.maintenance(f"VACUUM (ANALYZE) {table};")
    text = f"-- Locks the table against everything while it is written anew: VACUUM (FULL, ANALYZE) {table};"
    return Cure(kind=CureKind.NONE, sql=text)
