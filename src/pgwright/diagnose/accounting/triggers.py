"""Where the time of each trigger is: inside the node that writes, or after the root has ended.

BEFORE and INSTEAD OF triggers run inside ModifyTable; AFTER triggers, foreign keys among them, after all nodes but
inside the Execution Time (14 to 18). EXPLAIN lists both and does not tell which is which. Constraints fire AFTER. Of
the others, who knows the catalog may say; else what fits into the time that no node has is taken to be AFTER.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..query_plan.model import Node, QueryPlan, number


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One line of the list. `node` is the path of the ModifyTable that it ran inside, empty for one that fired
    AFTER."""

    name: str
    relation: str
    constraint: bool
    milliseconds: float
    calls: float
    node: str


def triggers(plan: QueryPlan, spare: float | None, before: Collection[str] | None) -> tuple[Trigger, ...]:
    """The triggers of the plan. `spare` is the time that no node has (None where it is not known), `before` the names
    of the triggers that are known to fire BEFORE or INSTEAD OF."""
    listed = plan.properties.get("Triggers")
    if not isinstance(listed, list):
        return ()
    left = float("inf") if spare is None else spare * 1.02 + 0.05
    found = []
    for entry in sorted(listed, key=lambda one: "Constraint Name" not in one):
        name = str(entry.get("Constraint Name") or entry.get("Trigger Name") or "")
        spent, constraint = number(entry, "Time"), "Constraint Name" in entry
        inside = not constraint and (name in before if before is not None else spent > left)
        written = writer(plan, str(entry.get("Relation") or "")) if inside else None
        if written is None:
            left -= spent
        found.append(
            Trigger(
                name=name,
                relation=str(entry.get("Relation") or ""),
                constraint=constraint,
                milliseconds=spent,
                calls=number(entry, "Calls"),
                node=written.path if written is not None else "",
            )
        )
    return tuple(found)


def writer(plan: QueryPlan, relation: str) -> Node | None:
    """The node that writes `relation`; the first that writes anything, where a partition has another name."""
    writers = [node for node in plan.nodes if node.type == "ModifyTable"]
    named = [node for node in writers if node.relation == relation]
    return next(iter(named or writers), None)
