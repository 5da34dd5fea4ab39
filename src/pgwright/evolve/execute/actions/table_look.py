"""Looks, before anything is changed, whether something hangs on tables that a migration drops."""

from __future__ import annotations

from ....base.errors import Refused
from .. import aside
from ..context import Context


def run(context: Context) -> None:
    """Raises Refused, naming each."""
    reasons = aside.hanging(context, before=True)
    if reasons:
        raise Refused(
            f"step {context.step.id} ({context.step.summary}) finds what would have to go as well",
            reasons=reasons,
            state="Nothing was changed in any table.",
            hint="Drop each of them in a migration of its own first, or let it stand on something else. CASCADE is "
            "never used.",
        )
