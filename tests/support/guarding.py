"""What the tests of the lock guard share: its settings, and an ear for its events."""

from __future__ import annotations

from collections.abc import Callable

from pgwright.base.event import Event, LockWaiting
from pgwright.config.settings import ExecuteSettings

SETTINGS = ExecuteSettings(lock_try=0.05, lock_budget=60.0, lock_pause=0.1)
IMPATIENT = ExecuteSettings(lock_try=0.03, lock_budget=0.5, lock_pause=0.05)


class Ear:
    """Listens to the guard; calls `then` at the event number `after`."""

    def __init__(self, then: Callable[[], object] = lambda: None, *, after: int = 1) -> None:
        self.heard: list[LockWaiting] = []
        self._then = then
        self._after = after

    def __call__(self, event: Event) -> None:
        assert isinstance(event, LockWaiting)
        self.heard.append(event)
        if len(self.heard) == self._after:
            self._then()
