"""A sort does not fit into work_mem and goes to disk.

## What it is

Rows are sorted in pieces that are written to temporary files and merged from there.

## Why it is slow

Each row is written and read again at least once, and merging compares more than sorting in memory.

## Cure

Work_mem for this statement. The size on disk is too little: in memory the same rows take up to four times as
much. The value given holds them with some room, for each process and each such step at the same time.

## Disproof

The same run with that work_mem takes as long: the disk's cache in memory was as fast.

## Versions

14 to 18.

## Example

    SELECT * FROM orders ORDER BY note;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node, number
from . import _memory
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Sort"})


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The sort, when one of its processes went to disk."""
    on_disk = [each for each in (node.properties, *node.workers) if each.get("Sort Space Type") == "Disk"]
    if not on_disk or not seen.worth(node):
        return
    kilobytes = sum(number(each, "Sort Space Used") for each in on_disk)
    need = _memory.for_sort(seen, node)
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"{node.type} of {seen.rows(node):,.0f} rows writes {kilobytes:,.0f} kB to disk; in memory it takes some "
        f"{need / _memory.MB:,.1f} MB of work_mem{' in each process' if len(on_disk) > 1 else ''}.",
        why="Every row is written to temporary files and read again.",
        disproof="With this work_mem it takes as long.",
        share=seen.share(node),
        confidence=Confidence.MEASURED,
        cure=_memory.cure(need),
        fields={
            "Sort Key": list(node.texts("Sort Key")),
            "Sort Method": str(on_disk[0].get("Sort Method")),
            "Sort Space Used": kilobytes,
            "Sort Space Type": "Disk",
        },
    )
