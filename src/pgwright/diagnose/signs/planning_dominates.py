"""Planning the statement takes longer than executing it.

## What it is

Many partitions, or many tables that are joined, for an answer that is found quickly.

## Why it is slow

The planner looks at every partition, its indexes and statistics, and at very many orders of joins, each time that the
statement comes.

## Cure

Prepare the statement once for each connection: later executions take the plan that is there; a statement with
parameters, which is planned for their values at first, takes it with plan_cache_mode = force_generic_plan. With fewer
partitions, or a condition on their key, there is less to plan.

## Disproof

Only the first execution in a connection is planned so slowly, because the catalog is not cached yet.

## Versions

14 to 18.

## Example

    SELECT * FROM measures WHERE device = 7;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Cure, Sign

NODES: frozenset[str] = frozenset()
LONG_MS = 1.0
"""Shorter planning is what every statement of some joins takes."""
MANY_RELATIONS = 9
"""From so many relations on planning is work: above 8 the server itself bounds it (join_collapse_limit)."""

PREPARED = ("select", "with", "values", "insert", "update", "delete", "merge")
"""What PREPARE takes, as it begins."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The plan, when it took longer to make than to run."""
    planning, execution = seen.plan.milliseconds("Planning Time") or 0.0, seen.total_ms
    if execution is None or planning < LONG_MS or planning <= execution:
        return
    pruned = sum(each.number("Subplans Removed") for each in seen.plan.nodes)
    relations = len({each.alias for each in seen.plan.nodes if each.relation}) + int(pruned)
    if relations < MANY_RELATIONS:
        return
    members = sum(each.role == "Member" for each in seen.plan.nodes)
    parted = f", {members + pruned:,.0f} of them members of an Append" if members + pruned > 1 else ""
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"Planning takes {planning:,.1f} ms for {relations:,} relations{parted}; executing takes "
        f"{execution:,.1f} ms.",
        why="It is planned anew each time that it comes.",
        disproof="Only the first execution in a connection is planned so slowly.",
        share=planning / (planning + execution),
        confidence=Confidence.MEASURED,
        cure=_cure(seen),
        fields={"Planning Time": planning, "Execution Time": execution},
    )


def _cure(seen: Seen) -> Cure:
    query = seen.plan.query.strip().rstrip(";")
    if "$1" in query:  # it is prepared already, and planned again for its values
        return _cures.session_setting("plan_cache_mode", "force_generic_plan")
    if not query.lower().startswith(PREPARED):
        return _cures.rewrite("-- Prepare the statement once for each connection, and execute it with its parameters.")
    return _cures.rewrite(f"PREPARE planned_once AS {query};\nEXECUTE planned_once;")
