"""Starting the workers and passing rows on took longer than they saved.

## What it is

All processes together worked for less time than the parallel part took on the clock.

## Why it is slow

To start a worker takes some milliseconds, and each row that a worker finds is copied to the leader.

## Cure

No workers for this statement.

## Disproof

With larger tables, or on a machine that is less busy, they pay.

## Versions

14 to 18.

## Example

    SET parallel_setup_cost = 0; SELECT count(*) FROM a_small_table;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.kinds import GATHERS
from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = GATHERS
LEAST_MS = 1.0
"""To start workers takes more; a query that loses less has no need of them, and no harm."""
PART = 0.5
"""The part of the whole that must be lost: on a busy machine workers come late, whatever they have to do."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The gather, when the work below it was less than its time."""
    child, account = seen.child(node), seen.account.of(node)
    if child is None or not node.number("Workers Launched") or account.milliseconds is None or not seen.total_ms:
        return
    together = child.number("Actual Total Time") * child.loops
    lost = (account.milliseconds - together) / seen.total_ms
    if lost < PART or lost * seen.total_ms < LEAST_MS:
        return
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"{node.type} with {node.number('Workers Launched'):,.0f} workers takes {account.milliseconds:,.1f} ms "
        f"for {together:,.1f} ms of work in all processes together.",
        why="Workers must be started, and each of their rows is copied to the leader.",
        disproof="With more rows, or on a machine that is less busy, they pay.",
        share=lost,
        confidence=Confidence.MEASURED,
        cure=_cures.session_setting("max_parallel_workers_per_gather", "0"),
        fields={"Workers Launched": node.number("Workers Launched"), "Actual Total Time": account.milliseconds},
    )
