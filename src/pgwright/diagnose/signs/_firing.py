"""The triggers of a plan that took long enough to speak about."""

from __future__ import annotations

from collections.abc import Iterator

from ..accounting.triggers import Trigger
from ._seen import WORTH, Seen


def fired(seen: Seen, *, constraint: bool) -> Iterator[Trigger]:
    """The triggers, those of constraints or the others, that took their share."""
    for trigger in seen.account.triggers:
        if trigger.constraint == constraint and trigger.calls and trigger.milliseconds >= WORTH * (seen.total_ms or 0):
            yield trigger
