"""Events as sentences for a person and as objects for a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..base.event import (
    BackfillHeld,
    BackfillProgress,
    BackfillReleased,
    Event,
    IndexProgress,
    LockWaiting,
    Notice,
    StateChanged,
    StepFinished,
    StepStarted,
)
from .layout import clean, count, duration


def sentence(event: Event) -> str:
    """One line, or one per blocker, that tells `event`; "" for an event that says nothing new to a person."""
    match event:
        case StateChanged():
            return f"{clean(event.migration)}: {event.before} -> {event.after}"
        case StepStarted():
            how = event.kind if event.kind == event.phase else f"{event.phase}, {event.kind}"
            return f"step {event.position} of {event.total} ({how}): {clean(event.summary)}"
        case StepFinished():
            return "  done already" if event.skipped else f"  done in {duration(event.seconds)}"
        case LockWaiting():
            who = "; held by:" if event.blockers else "; held by nobody who can be seen"
            return "\n".join([f"  {waiting(event)}{who}", *(f"    {clean(blocker)}" for blocker in event.blockers)])
        case BackfillProgress():
            return f"  {backfill(event)}"
        case BackfillHeld():
            return f"  {held(event)}"
        case BackfillReleased():
            return f"  {clean(event.relation)} goes on after {duration(event.seconds)}"
        case IndexProgress():
            return f"  {indexing(event)}"
        case Notice():
            return f"note: {clean(event.message)}"
    return ""


def waiting(event: LockWaiting) -> str:
    """For which lock, how often it was tried, and how much of the time for it is gone."""
    tries = "1 try" if event.tries == 1 else f"{event.tries} tries"
    spent = f"{duration(event.waited)} of {duration(event.budget)}"
    return f"waiting for a lock on {clean(event.relation)}: {tries}, {spent}"


def held(event: BackfillHeld) -> str:
    """What waits, for how long, and why."""
    return f"{clean(event.relation)} is held for {duration(event.seconds)}: {clean(event.reason)}"


def backfill(event: BackfillProgress) -> str:
    """Which table, how far, how fast, how long still."""
    return f"backfill of {clean(event.relation)}: {how_far(event)}"


def indexing(event: IndexProgress) -> str:
    """Which table, in which phase of the build, how far, for whom it waits, how long the phase still takes."""
    parts = [f"index of {clean(event.relation)}: {clean(event.phase)}"]
    if event.total > 0:
        parts.append(f"{min(event.done / event.total, 1.0) * 100:.0f} % of {event.total:,} {event.unit}")
    if event.waits_for:
        parts.append(f"waits for pid {event.waits_for}")
    if event.seconds_left is not None:
        parts.append(f"about {duration(event.seconds_left)} left of this phase")
    return ", ".join(parts)


def how_far(event: BackfillProgress) -> str:
    """How far, how fast, how long still. The time is not guessed before a rate is known."""
    parts = [f"{share(event) * 100:.0f} %", count(event.rows, "row")]
    if event.rows_per_second > 0:
        parts.append(f"{count(event.rows_per_second)} rows/s")
    if event.blocks_done >= event.blocks_total:
        parts.append("done")
    elif event.seconds_left is None:
        parts.append("time left: measuring")
    else:
        parts.append(f"about {duration(event.seconds_left)} left")
    return ", ".join(parts)


def share(event: BackfillProgress) -> float:
    """The part that is done, 0 to 1; a table without blocks is done."""
    return 1.0 if event.blocks_total <= 0 else min(event.blocks_done / event.blocks_total, 1.0)


def event_document(event: Event) -> dict[str, Any]:
    """The object that stands for `event` under `--format jsonl`: its kind in `event`, and its facts."""
    return {"version": 1, "event": type(event).__name__, **asdict(event)}
