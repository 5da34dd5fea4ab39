"""What one reading of the throttle is given, and what it answers. The readings are the files of `readings`.

A reading is a file with one function, `read(look)`, named like its limit in `[throttle]`. It answers `Seen`, whose
value the throttle compares with the limit, or `Unseen`: then the pass is held, because what has a limit and cannot be
seen may be above it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A value in the unit of the limit, and a sentence part that says what has it (`standby s1 is 12s behind`)."""

    value: float
    what: str


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """Why it cannot be seen, and what to type so that it can."""

    why: str
    cure: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """`ask` runs one query with a short timeout and returns its rows; `relations` are the oids of the table and its
    parts; `role` is the quoted name of the role; `probe` answers for the latency; `memory` is the reading's own."""

    ask: Callable[[str], list[tuple[Any, ...]]]
    relations: tuple[int, ...]
    role: str
    probe: Callable[[], Seen | Unseen]
    memory: dict[str, Any] = field(default_factory=dict)
    now: float = field(default_factory=time.monotonic)


class Reading(Protocol):
    """A module of `readings`."""

    def read(self, look: Look) -> Seen | Unseen:
        """What is there now."""
