"""The table of a hash join outgrew its memory, because more rows came than were expected.

## What it is

The join began with few batches, and had to divide them again while rows came in.

## Why it is slow

What was in memory is moved to files in the middle of the work, and the planner, which thought the side
to be small, may have chosen the wrong join or the wrong side.

## Cure

Work_mem for this statement; where a wrong estimate is reported below it, that one first.

## Disproof

With a right estimate the planner chooses the same plan.

## Versions

14 to 18.

## Example

    SELECT * FROM orders JOIN events USING (order_id) WHERE lower(events.kind) = events.kind;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _hashes
from ._seen import Seen
from ._sign import Sign

NODES = frozenset({"Hash"})
EXPLAINS = ("hash_in_batches",)
GROWN = 4
"""The growth of batches from which on it was the estimate, and not the roundings of two formulas."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The hash, when it was divided further at run time."""
    planned, used = _hashes.batches(node)
    rows, expected = seen.rows(node), seen.account.of(node).rows_estimated
    if used < GROWN * planned or rows < 2 * expected or not seen.worth(*_hashes.joined(seen, node)):
        return
    yield _hashes.sign(
        seen,
        node,
        f"{node.type} got {rows:,.0f} rows where {expected:,.0f} were expected, and went from {planned:,.0f} to "
        f"{used:,.0f} batches while it was built",
        why="Rows that were in memory already are moved to temporary files.",
        disproof="With a right estimate the same plan is chosen, and it takes as long.",
    )
