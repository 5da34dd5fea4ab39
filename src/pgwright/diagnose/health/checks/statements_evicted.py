"""pg_stat_statements forgets statements, because more different ones come than it can hold.

## What it is

How often it threw out the rarest twentieth of its statements between two looks to make room.

## Why it is dangerous

What was thrown out is counted from zero when it comes again: the sums are too small, and a statement that runs once
an hour is never seen. Making room stops all sessions for a moment.

## When it speaks

From `rate` times an hour (1).

## Cure

A larger `pg_stat_statements.max`; it needs a restart. Often an application makes a new statement each time, for lists
of different length (18 counts those as one) or with names that are made up.

## Versions

14 to 18.

## Example

    SELECT dealloc FROM pg_stat_statements_info;  -- 14211
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from . import _needs
from ._amounts import span
from ._check import Counting, Found, Said, Threshold
from ._seen import Seen

NEEDS = (_needs.statements,)
COUNTING = Counting(key=("name", "reset"), columns=("dealloc",), reset=False)
THRESHOLDS = {"rate": Threshold(default=1, unit="", about="times an hour that room was made")}


def look(seen: Seen) -> Iterator[Said]:
    """The server, where statements are thrown out."""
    for row in seen.rows:
        grown = seen.grown(row, "dealloc")
        if not grown or grown / (seen.seconds / 3600) < seen.thresholds["rate"] or row["most"] is None:
            continue
        yield Found(
            object="pg_stat_statements",
            severity=Severity.NOTICE,
            seen=f"It made room {grown:,.0f} times in {span(seen.seconds)}; it holds {row['entries']:,} statements of "
            f"{row['most']:,} at most.",
            why="What is thrown out is counted from zero when it comes again.",
            cure=f"ALTER SYSTEM SET pg_stat_statements.max = {2 * row['most']}; -- needs a restart",
            fields={"times": grown, "most": row["most"]},
        )
