"""What a runner says about its backfill, read from the events of `--format jsonl`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Backfill:
    """The passes of one run: where the first began, the rows of the present one, and how long each took.

    `began_at` is how many blocks were done when it first told of any, its own first batch included; None before that.
    """

    began_at: int | None = None
    blocks_done: int = 0
    blocks_total: int = 0
    rows: int = 0
    _steps: set[str] = field(default_factory=set)
    _rows: dict[str, int] = field(default_factory=dict)
    _seconds: dict[str, float] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> bool:
        """Learns from an event; True when it was one of the backfill's progress."""
        kind, step = event.get("event"), event.get("step", "")
        if kind == "StepStarted" and event["kind"] == "backfill":
            self._steps.add(step)
        elif kind == "StepFinished" and step in self._steps:
            self._seconds[step] = event["seconds"]
        elif kind == "BackfillProgress":
            if self.began_at is None:
                self.began_at = event["blocks_done"]
            self.blocks_done, self.blocks_total = event["blocks_done"], event["blocks_total"]
            self._rows[step] = self.rows = event["rows"]
            return True
        return False

    @property
    def rows_per_second(self) -> float | None:
        """The rate of the pass that filled most; None where none ended."""
        ended = [step for step in self._rows if self._seconds.get(step, 0.0) > 0]
        most = max(ended, key=lambda step: self._rows[step], default=None)
        return None if most is None else self._rows[most] / self._seconds[most]
