"""The table of a hash join does not fit into memory and is divided into batches.

## What it is

Both sides of the join are written to temporary files by the hash of their key, and joined file by file.

## Why it is slow

Nearly all rows of both sides are written and read once more, also those that never find a partner.

## Cure

Work_mem for this statement, of which a hash may use hash_mem_multiplier times as much.

## Disproof

The same run with that work_mem takes as long.

## Versions

14 to 18. From 15 a hash may use twice the work_mem by default.

## Example

    SELECT * FROM orders JOIN order_notes USING (order_id);
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _hashes
from ._seen import Seen
from ._sign import Sign

NODES = frozenset({"Hash"})


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The hash, when it took several batches."""
    _, used = _hashes.batches(node)
    if used <= 1 or not seen.worth(*_hashes.joined(seen, node)):
        return
    yield _hashes.sign(
        seen,
        node,
        f"{node.type} of {seen.rows(node):,.0f} rows is divided into {used:,.0f} batches",
        why="Nearly all rows of both sides are written to temporary files and read again.",
        disproof="With this work_mem it takes as long.",
    )
