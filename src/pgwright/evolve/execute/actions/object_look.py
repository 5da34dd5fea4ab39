"""Looks, before anything is changed, whether something hangs on an object that contract drops, or that is made anew."""

from __future__ import annotations

from ....base.errors import Refused
from .. import objects
from ..context import Context


def run(context: Context) -> None:
    """Raises Refused, naming each. An object that the same plan makes is not there yet."""
    connection = context.connection
    wanted = [context.parameters["thing"], *context.parameters.get("with", ())]
    found = [address for each in wanted if (address := objects.find(connection, each)) is not None]
    reasons = objects.hanging(connection, found)
    if reasons:
        raise Refused(
            f"step {context.step.id} ({context.step.summary}) finds what would have to go as well",
            reasons=reasons,
            state="Nothing was changed.",
            hint="Drop each of them in a migration of its own first, or let it stand on something else. CASCADE is "
            "never used.",
        )
