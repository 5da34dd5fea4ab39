"""What a runner says about its backfill, read from the events of `--format jsonl`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Backfill:
    """The backfill of one run: where in the table it began, the rows it filled, and how long that took.

    `began_at` is how many blocks were done when it first told of any, its own first batch included; None before that.
    """

    began_at: int | None = None
    blocks_done: int = 0
    blocks_total: int = 0
    rows: int = 0
    seconds: float = 0.0
    _steps: set[str] = field(default_factory=set)

    def take(self, event: Mapping[str, Any]) -> bool:
        """Learns from an event; True when it was one of the backfill's progress."""
        kind, step = event.get("event"), event.get("step", "")
        if kind == "StepStarted" and event["kind"] == "backfill":
            self._steps.add(step)
        elif kind == "StepFinished" and step in self._steps:
            self.seconds += event["seconds"]
        elif kind == "BackfillProgress":
            if self.began_at is None:
                self.began_at = event["blocks_done"]
            self.blocks_done, self.blocks_total = event["blocks_done"], event["blocks_total"]
            self.rows = event["rows"]
            return True
        return False

    @property
    def rows_per_second(self) -> float | None:
        """The rate over the whole backfill; None where no backfill ended."""
        return self.rows / self.seconds if self.seconds > 0 else None
