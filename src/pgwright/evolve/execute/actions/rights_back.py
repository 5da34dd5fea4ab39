"""Puts back the rights that a step changed; not on an object whose rights somebody has changed since."""

from __future__ import annotations

from ....base.event import Notice
from ...steps.step import Lock
from .. import journal, moved, rights_kept
from ..context import Context


def locks(context: Context) -> tuple[Lock, ...]:
    """Of a view that was made anew on the way back."""
    return moved.locks(context)


def run(context: Context) -> None:
    """Each object by itself; what is gone needs nothing."""
    connection = context.connection
    kept = journal.result(connection, context.unit, str(context.parameters["step"])).get("rights", [])
    there = rights_kept.picture(connection) if kept else {}
    left = 0
    for item in kept:
        key = rights_kept.now(connection, item)
        if there.get(key) == item["after"]:
            context.run(*rights_kept.statements(connection, {**item, "key": key}))
        else:
            left += 1
    if left:
        message = (
            f"the rights on {left} of {len(kept)} objects were changed since by somebody else, and are left as they are"
        )
        context.on_event(Notice(step=context.step.id, message=message))
