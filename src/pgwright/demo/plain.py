"""The story in plain lines, for a log, a pipe, or a terminal that wants nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable

from .measure import Record

PROGRESS_SECONDS = 1.0


class PlainNarrator:
    """Writes one line for what happens, with the seconds since the start, through `write`."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._start = time.monotonic()
        self._told = 0.0

    def act(self, title: str, record: Record) -> None:
        """A heading."""
        del record  # nothing of it is shown in lines
        self._write(f"\n{title}")

    def phase(self, text: str) -> None:
        """A line."""
        self.say(text)

    def say(self, text: str) -> None:
        """A line."""
        self._write(f"{time.monotonic() - self._start:6.1f} s  {text}")

    def progress(self, done: int, total: int, rows: int) -> None:
        """A line a second at most, and one at the end."""
        now = time.monotonic()
        if done < total and now - self._told < PROGRESS_SECONDS:
            return
        if done == total and self._told == -1.0:
            return
        self._told = -1.0 if done == total else now
        self.say(f"backfill {done / max(total, 1):4.0%}, {rows:,} rows")
