"""What `execute` tells its one `on_event` callback while it works. Frozen facts; it prints nothing itself.

Times are seconds. `step` is the id of a step of the plan, "" where the event belongs to no step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of all events."""

    step: str = ""


@dataclass(frozen=True, kw_only=True)
class StateChanged(Event):
    """A migration went from one state to another (`pending`, `expanding`, `expanded`, …)."""

    migration: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class StepStarted(Event):
    """A step begins. `position` of `total` counts the steps of this command, from 1."""

    phase: str
    kind: str
    summary: str
    position: int
    total: int


@dataclass(frozen=True, kw_only=True)
class StepFinished(Event):
    """A step ended well. `skipped` when the catalog showed that it was done already."""

    seconds: float
    skipped: bool = False


@dataclass(frozen=True, kw_only=True)
class LockWaiting(Event):
    """A lock was tried and not obtained; tries go on. `blockers` are sentences that name who holds it."""

    relation: str
    tries: int
    waited: float
    budget: float
    blockers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BackfillProgress(Event):
    """Blocks done of blocks to do, rows filled so far by this run, its rate, and the seconds that are left
    (None while that is being measured)."""

    relation: str
    blocks_done: int
    blocks_total: int
    rows: int
    rows_per_second: float
    seconds_left: float | None


@dataclass(frozen=True, kw_only=True)
class BackfillHeld(Event):
    """A backfill, or an index build that was about to start, waits: somebody said `pgwright pause` (`paused`), or the
    throttle holds it back. `reason` is a sentence part, `seconds` how long it has been so. Comes again every second."""

    relation: str
    reason: str
    seconds: float
    paused: bool


@dataclass(frozen=True, kw_only=True)
class BackfillReleased(Event):
    """What was held goes on, after `seconds`."""

    relation: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class IndexProgress(Event):
    """How far an index build is, in the server's own words: its `phase`, `done` of `total` `unit` (blocks, tuples,
    sessions that are waited for; 0 of 0 where the phase has no measure), and the seconds that are left of this phase
    (None while that is being measured). `waits_for` is the process that is waited for, 0 for none."""

    relation: str
    phase: str
    done: int
    total: int
    unit: str
    seconds_left: float | None
    waits_for: int = 0


@dataclass(frozen=True, kw_only=True)
class Notice(Event):
    """Something that a person should know and that stops nothing."""

    message: str


OnEvent = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The callback that listens to nothing."""
