"""The places for sessions are nearly taken: soon nobody can connect.

## What it is

The sessions of clients, against `max_connections` without the places that are reserved for superusers (and, from 16
on, for `pg_use_reserved_connections`).

## Why it is dangerous

When the last place is taken, every new connection is an error, also that of who wants to help.

## When it speaks

From `used` percent of the places (80) as a warning, from 95 as a danger.

## Cure

A pooler before the server, and an end to sessions that idle. A larger `max_connections` needs a restart and memory.

## Versions

14 to 18; 16 brings `reserved_connections`.

## Example

    FATAL:  sorry, too many clients already
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ._amounts import percent
from ._check import Found, Said, Threshold, Value
from ._seen import Seen

THRESHOLDS = {"used": Threshold(default=80.0, unit="%", about="of the places that are not reserved")}
DANGER = 95.0
"""Percent: what is left then is gone at the next deployment that starts its new processes beside the old ones."""


def look(seen: Seen) -> Iterator[Said]:
    """The server, where few places are left."""
    row = seen.rows[0]
    places = row["most"] - row["reserved"]
    used = 100.0 * row["used"] / places
    yield Value(name="connections_used", help="Sessions of clients.", value=row["used"])
    yield Value(name="connections_limit", help="Places for sessions that are not reserved.", value=places)
    if used < seen.thresholds["used"]:
        return
    idle = f"; {row['idle']:,} of them idle" if row["idle"] else ""
    yield Found(
        object="max_connections",
        severity=Severity.DANGER if used >= DANGER else Severity.WARNING,
        seen=f"{row['used']:,} of {places:,} places are taken ({percent(row['used'], places)}){idle}.",
        why="When the last one is taken, every new connection fails.",
        cure=_cure(row["most"]),
        fields={"used": row["used"], "places": places, "idle": row["idle"]},
    )


def _cure(most: int) -> str:
    return (
        "-- Better: a transaction pooler before the server, which needs a place for each active transaction only.\n"
        f"ALTER SYSTEM SET max_connections = {most * 3 // 2}; -- needs a restart, and memory for each session"
    )
