"""The triggers of a plan that took long enough to speak about, and the node that made each of them fire."""

from __future__ import annotations

from collections.abc import Iterator

from ..accounting.triggers import Trigger
from ..query_plan.model import Node
from ._seen import WORTH, Seen


def fired(seen: Seen, *, constraint: bool) -> Iterator[Trigger]:
    """The triggers, those of constraints or the others, that took their share."""
    for trigger in seen.account.triggers:
        if trigger.constraint == constraint and trigger.calls and trigger.milliseconds >= WORTH * (seen.total_ms or 0):
            yield trigger


def writer(seen: Seen, trigger: Trigger, root: Node) -> Node:
    """The node whose rows the trigger fired for; the root where a cascade or a partition hides it."""
    writers = seen.plan.by_type.get("ModifyTable", ())
    named = (node for node in writers if node.relation == trigger.relation)
    return next(named, writers[0] if writers else root)
