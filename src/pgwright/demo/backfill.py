"""Watches a runner from outside, by what its journal tells everybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .project import Run

POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The backfill at one moment: monotonic seconds, blocks done of blocks to do, rows filled."""

    at: float
    blocks_done: int
    blocks_total: int
    rows: int

    @property
    def part(self) -> float:
        """How much is done, from 0 to 1."""
        return self.blocks_done / self.blocks_total if self.blocks_total else 0.0


@dataclass
class Watch:
    """Everything that was seen of one backfill, in order."""

    seen: list[Seen] = field(default_factory=list)

    def follow(self, run: Run, look: Callable[[], Seen | None], *, until: Callable[[Seen], bool] | None = None) -> bool:
        """Looks at the journal until the run ends (False) or something seen is what is waited for (True)."""
        while run.running:
            now = look()
            if now is not None:
                self.seen.append(now)
                if until is not None and until(now):
                    return True
            time.sleep(POLL_SECONDS)
        return False

    @property
    def rows_per_second(self) -> float | None:
        """The rate between the first and the last moment in which rows were added; None with fewer than two."""
        moving = [now for before, now in zip(self.seen, self.seen[1:], strict=False) if now.rows > before.rows]
        if not moving:
            return None
        first = self.seen[max(self.seen.index(moving[0]) - 1, 0)]
        last = moving[-1]
        return (last.rows - first.rows) / (last.at - first.at)
