"""A parallel plan got fewer workers than it was planned for.

## What it is

All workers of the server were busy elsewhere, or the settings allow fewer at run time than when planning.

## Why it is slow

The work is divided among fewer processes, and the plan was chosen because it would not be.

## Cure

A larger max_parallel_workers, where that is what keeps them away; else more max_worker_processes, which needs a
restart of the server.

## Disproof

At another time all workers are there, and it takes as long.

## Versions

14 to 18. max_parallel_workers can be set in a session, max_worker_processes at the start of the server only.

## Example

    SELECT count(*) FROM orders WHERE note LIKE '%x%';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.kinds import GATHERS
from ..query_plan.model import Node
from . import _cures
from ._seen import WORTH, Seen
from ._sign import Confidence, Cure, CureKind, Sign

NODES = GATHERS
DEFAULT = 8
"""max_worker_processes and max_parallel_workers as they come (14 to 18)."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The gather, when workers did not come."""
    planned, launched = node.number("Workers Planned"), node.number("Workers Launched")
    if "Workers Launched" not in node.properties or launched >= planned or not node.executed:
        return
    share = seen.account.subtree_share(node) * (1 - (launched + 1) / (planned + 1))
    if share < WORTH:
        return
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"{node.type} planned {planned:,.0f} workers and got {launched:,.0f}.",
        why="The work is divided among fewer processes than the plan was chosen for.",
        disproof="With all of its workers it takes as long.",
        share=share,
        confidence=Confidence.MEASURED,
        cure=_cure(seen, int(planned)),
        fields={"Workers Planned": planned, "Workers Launched": launched},
    )


def _cure(seen: Seen, planned: int) -> Cure:
    allowed, processes = seen.amount("max_parallel_workers"), seen.amount("max_worker_processes")
    if allowed is not None and allowed < planned:
        return _cures.session_setting("max_parallel_workers", str(max(planned, int(processes or DEFAULT))))
    if processes is None:
        return Cure(kind=CureKind.NONE, sql="-- Compare max_parallel_workers and max_worker_processes with what runs.")
    more = 2 * int(processes)
    return Cure(
        kind=CureKind.SETTING,
        sql=f"ALTER SYSTEM SET max_worker_processes = {more}; -- in force after a restart\n"
        f"ALTER SYSTEM SET max_parallel_workers = {more};",
    )
