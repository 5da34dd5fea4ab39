"""Shows events as they come: on a terminal one live line under the lines that stay, elsewhere plain lines.

It is given a function that writes and a clock, so that it can be tried without either.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ..base.event import (
    BackfillHeld,
    BackfillProgress,
    BackfillReleased,
    Event,
    IndexProgress,
    LockWaiting,
    StateChanged,
    StepFinished,
    StepStarted,
)
from .layout import bar, pad, width
from .narrate import backfill, held, how_far, indexing, sentence, share, waiting

Write = Callable[[str], object]

LIVE_EVERY = 0.1  # seconds between two pictures of the live line
PLAIN_EVERY = 10.0  # seconds between two lines about the same backfill or lock where there is no terminal
HELD_AFTER = 1.0  # seconds that a backfill is held before it gets a line that stays
HELD_EVERY = 60.0  # seconds between two such lines


class Progress:
    """Called with every event. `live` is whether `write` goes to a terminal; `columns` gives its width."""

    def __init__(
        self, write: Write, *, live: bool, columns: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._live = live
        self._columns = columns
        self._clock = clock
        self._shown = ""
        self._last: dict[str, float] = {}
        self._ended: set[str] = set()

    def __call__(self, event: Event) -> None:
        """Shows `event`."""
        if isinstance(event, (BackfillProgress, IndexProgress, LockWaiting)):
            self._repeating(event)
            return
        if isinstance(event, BackfillHeld):
            self._held(event)
            return
        if isinstance(event, BackfillReleased) and not self._forget(event):
            return
        if isinstance(event, (StepStarted, StepFinished, StateChanged)):
            self._last.clear()
            self._ended.clear()
        text = sentence(event)
        if text:
            self.line(text)

    def line(self, text: str) -> None:
        """A line that stays, above the live one."""
        self._erase()
        self._write(text + "\n")

    def close(self) -> None:
        """Takes the live line away."""
        self._erase()

    def _repeating(self, event: BackfillProgress | IndexProgress | LockWaiting) -> None:
        """An event that comes many times: rarely a line, on a terminal the live line."""
        key = f"{type(event).__name__} {event.relation}"
        now = self._clock()
        ended = isinstance(event, BackfillProgress) and event.blocks_done >= event.blocks_total
        pause = LIVE_EVERY if self._live else PLAIN_EVERY
        if key in self._ended or (now - self._last.get(key, -pause) < pause and not ended):
            return
        if ended:
            self._ended.add(key)
        if self._live and isinstance(event, LockWaiting) and key not in self._last:
            self.line(sentence(event))  # who holds it stays readable; only the count goes on below
        self._last[key] = now
        if not self._live:
            self._write(sentence(event) + "\n")
        elif isinstance(event, LockWaiting):
            self._show(f"  {waiting(event)}", waiting(event))
        elif isinstance(event, IndexProgress):
            self._show(f"  {indexing(event)}", indexing(event))
        elif ended:
            self.line(sentence(event))
        else:
            drawn = bar(share(event))
            self._show(
                f"  {drawn} {backfill(event)}", f"  {drawn} {how_far(event)}", f"  {how_far(event)}", how_far(event)
            )

    def _held(self, event: BackfillHeld) -> None:
        """What holds a backfill: a line that stays once it has lasted a while, on a terminal the live line at once."""
        key, now = f"held {event.relation}", self._clock()
        if self._live:
            self._show(f"  {held(event)}", f"  held: {event.reason}", "  held")
        if event.seconds < HELD_AFTER or now - self._last.get(key, -HELD_EVERY) < HELD_EVERY:
            return
        self._last[key] = now
        self.line(sentence(event))

    def _forget(self, event: BackfillReleased) -> bool:
        """Whether the end of a hold is worth a line: where its beginning was."""
        return self._last.pop(f"held {event.relation}", None) is not None

    def _show(self, *choices: str) -> None:
        """Draws the live line: the first of `choices` that fits, none when no one does. A line as wide as the terminal
        would be wrapped, and could not be taken back."""
        room = self._columns() - 1
        text = next((choice for choice in choices if width(choice) <= room), "")
        self._write("\r" + pad(text, min(width(self._shown), room)) if self._shown else text)
        self._shown = text

    def _erase(self) -> None:
        if self._shown:
            self._write("\r" + pad("", width(self._shown)) + "\r")
            self._shown = ""
