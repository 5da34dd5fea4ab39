"""Events as sentences for a person and as objects for a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..base.event import BackfillProgress, Event, LockWaiting, Notice, StateChanged, StepFinished, StepStarted
from .layout import clean, count, duration, plural


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
            return "\n".join([_waiting(event), *(f"    {clean(blocker)}" for blocker in event.blockers)])
        case BackfillProgress():
            return f"  {backfill(event)}"
        case Notice():
            return f"note: {clean(event.message)}"
    return ""


def _waiting(event: LockWaiting) -> str:
    tries = plural(event.tries, "try").replace("trys", "tries")
    spent = f"{duration(event.waited)} of {duration(event.budget)}"
    return f"  waiting for a lock on {clean(event.relation)}: {tries}, {spent}; held by" + (
        ":" if event.blockers else " nobody who can be seen"
    )


def backfill(event: BackfillProgress) -> str:
    """How far, how fast, how long still. The time is not guessed before a rate is known."""
    done = share(event)
    parts = [f"{done * 100:.0f} %", count(event.rows, "row")]
    if event.rows_per_second > 0:
        parts.append(f"{count(event.rows_per_second)} rows/s")
    if event.blocks_done >= event.blocks_total:
        parts.append("done")
    elif event.seconds_left is None:
        parts.append("time left: measuring")
    else:
        parts.append(f"about {duration(event.seconds_left)} left")
    return f"backfill of {clean(event.relation)}: {', '.join(parts)}"


def share(event: BackfillProgress) -> float:
    """The part that is done, 0 to 1; a table without blocks is done."""
    return 1.0 if event.blocks_total <= 0 else min(event.blocks_done / event.blocks_total, 1.0)


def event_document(event: Event) -> dict[str, Any]:
    """The object that stands for `event` under `--format jsonl`: its kind in `event`, and its facts."""
    return {"version": 1, "event": type(event).__name__, **asdict(event)}
