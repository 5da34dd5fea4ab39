"""A query that only reads writes many pages.

## What it is

The first reader of rows that were just written notes in each page which transactions have committed (hint
bits), and takes away dead row versions.

## Why it is slow

Each such page is changed, with checksums its whole image goes to the WAL, and somebody must write it.

## Cure

VACUUM after a bulk load does this once, and index-only scans can trust the pages afterwards.

## Disproof

The next run dirties nothing any more, and the table is not loaded again.

## Versions

14 to 18. From 18 new servers have checksums by default.

## Example

    SELECT count(*) FROM just_loaded;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures
from ._seen import WORTH, Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Seq Scan", "Index Scan", "Bitmap Heap Scan", "Sample Scan"})
PAGES = 1_000
PART = 0.2
"""The part of its pages that a scan must have dirtied."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when it dirtied much of what it read."""
    if node.number("Shared Dirtied Blocks") < PAGES or seen.plan.by_type.get("ModifyTable"):
        return
    dirtied, touched = seen.account.exclusive(node, "Shared Dirtied Blocks"), seen.account.blocks(node)
    name = seen.name(node)
    part = min(dirtied / max(touched, 1), 1.0)
    if dirtied < PAGES or part < PART or seen.share(node) * part < WORTH or not name:
        return
    yield Sign(
        nodes=(node,),
        object=name,
        seen=f"{seen.what(node)} changes {dirtied:,.0f} of the {touched:,.0f} pages that it reads.",
        why="It is the first to read what was written, and notes in each page what has committed.",
        disproof="The next run dirties nothing, and the table is not loaded again.",
        share=seen.share(node) * part,
        confidence=Confidence.MEASURED,
        cure=_cures.maintenance(f"VACUUM (ANALYZE) {name};"),
        fields={"Shared Dirtied Blocks": dirtied, "WAL FPI": seen.account.exclusive(node, "WAL FPI")},
    )
