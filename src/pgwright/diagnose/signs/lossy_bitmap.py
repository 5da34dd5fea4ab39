"""A bitmap did not fit into work_mem, so that it knows pages only and every row on them is compared again.

## What it is

A Bitmap Heap Scan with lossy pages, and rows that its recheck removes.

## Why it is slow

Of a lossy page nobody remembers which rows were found, so all of its rows are read and compared.

## Cure

Work_mem for the bitmap: it takes 64 bytes for each page of the table that it holds (14 to 18; Exact and Lossy Heap
Blocks count them), here with a half more. Tried in one transaction first.

## Disproof

With that work_mem there are still lossy pages: bitmaps that were joined on the way were larger.

## Versions

14 to 18. Before 18 a parallel scan counts the pages of its leader only. BRIN indexes give lossy pages however much
memory there is: those are not reported.

## Example

    SET LOCAL work_mem = '64kB'; SELECT sum(total) FROM commandes WHERE utilisateur_id BETWEEN 1 AND 900;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node, number
from . import _cures, _existing
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Bitmap Heap Scan"})
PAGE_BYTES = 64
"""What tbm_calculate_entries divides work_mem by: an entry of the bitmap, and what the hash table needs for it."""
SPARE = 1.5


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when it compares rows again for want of memory."""
    exact, lossy = (_everywhere(node, f"{kind} Heap Blocks") for kind in ("Exact", "Lossy"))
    removed = seen.total(node, "Rows Removed by Index Recheck")
    if not lossy or not removed or not seen.worth(node) or _block_ranges(seen, node, exact):
        return
    kept = seen.rows(node) + seen.total(node, "Rows Removed by Filter")
    pages = (exact + lossy) / max(node.loops, 1) if not node.parallel else exact + lossy
    relation = seen.relation(node)
    if node.parallel and relation is not None:
        pages = relation.pages
    megabytes = 1
    while megabytes * 1024 * 1024 < pages * PAGE_BYTES * SPARE:
        megabytes *= 2
    part = removed / (removed + kept)
    yield Sign(
        nodes=(node,),
        object=seen.name(node),
        seen=f"{seen.what(node)} knows {lossy:,.0f} of {exact + lossy:,.0f} pages as a whole only: {removed:,.0f} rows"
        " were read on them and thrown away.",
        why="All rows of a page have to be compared again when the bitmap has no room for each of them.",
        disproof=f"With work_mem = '{megabytes}MB' as many pages are lossy.",
        share=seen.share(node) * part,
        confidence=Confidence.MEASURED,
        cure=_cures.session_setting("work_mem", f"{megabytes}MB"),
        fields={"Exact Heap Blocks": exact, "Lossy Heap Blocks": lossy, "Rows Removed by Index Recheck": removed},
    )


def _everywhere(node: Node, key: str) -> float:
    """The counter of the leader with those of the workers."""
    return node.number(key) + sum(number(worker, key) for worker in node.workers)


def _block_ranges(seen: Seen, node: Node, exact: float) -> bool:
    """Whether the pages come from a BRIN index; without surroundings they do where no page is known exactly."""
    indexes = [_existing.used(seen, scan) for scan in seen.below(node, "Bitmap Index Scan")]
    return exact == 0 if None in indexes else any(index is not None and index.method == "brin" for index in indexes)
