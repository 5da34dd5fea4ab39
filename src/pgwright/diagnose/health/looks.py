"""Looks at counters, and which of those that were kept a new one is compared with.

A rate over a long time says more than one over a short one, so the oldest usable look is taken, up to a week. A look is
not usable for counters of the statistics where those were cleared since: `epoch` tells. A single counter that fell is
left out by who asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .checks._check import Counting
from .checks._seen import Earlier, Row

LONGEST = 7 * 86400.0
"""Seconds: what the load was before that says little about tomorrow."""
SHORTEST = 1.0
"""Seconds; in less, hardly any counter moves."""
KEPT = 12
"""Looks in a file."""

Counted = tuple[tuple[Any, ...], ...]
"""The rows of one check: the key, then the counters, in the order of its `Counting`."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """The counters at one moment. `at` is the server's clock in seconds since 1970, `epoch` names the time since the
    statistics were last cleared, `rows` are those of each check that counts."""

    at: float
    epoch: str
    rows: Mapping[str, Counted] = field(default_factory=dict)


def counted(counting: Counting, rows: Sequence[Row]) -> Counted:
    """What is kept of the rows of a check."""
    names = (*counting.key, *counting.columns)
    return tuple(tuple(row[name] for name in names) for row in rows)


def earlier(name: str, counting: Counting, kept: Sequence[Look], *, at: float, epoch: str) -> Earlier | None:
    """What the check `name` is compared with at the moment `at`; None where nothing kept will do."""
    usable = [
        look
        for look in kept
        if name in look.rows
        and max(SHORTEST, counting.least) <= at - look.at <= LONGEST
        and (not counting.reset or look.epoch == epoch)
    ]  # fmt: skip
    if not usable:
        return None
    chosen = max if counting.least else min
    other = chosen(usable, key=lambda look: look.at)
    width = len(counting.key)
    rows = {
        tuple(row[:width]): dict(zip(counting.columns, row[width:], strict=False))
        for row in other.rows[name]
        if len(row) == width + len(counting.columns)
    }
    return Earlier(seconds=at - other.at, rows=rows)


def thinned(looks: Sequence[Look], *, at: float) -> tuple[Look, ...]:
    """The looks that are worth keeping, oldest first: the newest of all, and the older the fewer. One that is from the
    future is dropped: the server's clock was put back."""
    kept = sorted((look for look in looks if 0 <= at - look.at <= LONGEST), key=lambda look: look.at)
    while len(kept) > KEPT:
        # Of three neighbours the middle one goes that is least missed: whose gap is smallest against its age.
        ages = [at - look.at for look in kept]
        number = min(range(1, len(kept) - 1), key=lambda i: (ages[i - 1] - ages[i + 1]) / (ages[i - 1] + 1.0))
        del kept[number]
    return tuple(kept)
