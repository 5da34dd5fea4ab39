"""The groups of a hash aggregate do not fit into memory, and rows are put aside to disk.

## What it is

GROUP BY or DISTINCT keeps all groups at once; rows of groups that have no room are written to files, and
aggregated later, file by file.

## Why it is slow

Rows are written and read again, some of them several times.

## Cure

Work_mem for this statement, of which a hash may use hash_mem_multiplier times as much.

## Disproof

The same run with that work_mem takes as long.

## Versions

14 to 18. From 15 a hash may use twice the work_mem by default.

## Example

    SELECT customer_id, at, count(*) FROM visits GROUP BY customer_id, at;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node, number
from . import _groups, _memory
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Aggregate"})


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The aggregate, when one of its processes went to disk."""
    on_disk = [each for each in (node.properties, *node.workers) if number(each, "Disk Usage") > 0]
    if not on_disk or not seen.worth(node):
        return
    kilobytes = sum(float(each["Disk Usage"]) for each in on_disk)
    need = _groups.for_aggregate(seen, node)
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"{node.type} into {seen.rows(node):,.0f} groups writes {kilobytes:,.0f} kB to disk; in memory it takes "
        f"some {need / _memory.MB:,.1f} MB of work_mem{' in each process' if len(on_disk) > 1 else ''}.",
        why="Rows of groups that have no room are written to temporary files and read again.",
        disproof="With this work_mem it takes as long.",
        share=seen.share(node),
        confidence=Confidence.MEASURED,
        cure=_memory.cure(need),
        fields={
            "Group Key": list(node.texts("Group Key")),
            "HashAgg Batches": max(number(each, "HashAgg Batches") for each in on_disk),
            "Disk Usage": kilobytes,
        },
    )
