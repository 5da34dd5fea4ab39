"""Transactions lock each other out, and the server ends one of them.

## What it is

The deadlocks of this database between two looks.

## Why it is dangerous

Each one makes a transaction wait for `deadlock_timeout` and another one fail with SQLSTATE 40P01, whatever the
application had done in it until then.

## When it speaks

From `rate` an hour (10) on the average of the time between the looks, and from the second one: one alone may be
chance.

## Cure

The server's log has each with both statements. Transactions that lock the same rows must lock them in the same order.
A statement that changes several rows takes them as its plan finds them, so two runs of it can meet each other: let it
lock them first, `SELECT … ORDER BY id FOR NO KEY UPDATE`. And an application repeats a transaction that fails with
40P01.

## Versions

14 to 18.

## Example

    ERROR:  deadlock detected
    DETAIL:  Process 32278 waits for ShareLock on transaction 3087; blocked by process 32280. …
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ._amounts import count, span
from ._check import Counting, Found, Said, Threshold, Value
from ._seen import Seen

COUNTING = Counting(key=("oid",), columns=("deadlocks",))
THRESHOLDS = {"rate": Threshold(default=10, unit="", about="deadlocks an hour")}
LEAST = 2


def look(seen: Seen) -> Iterator[Said]:
    """The database, where it has many."""
    for row in seen.rows:
        grown = seen.grown(row, "deadlocks")
        if grown is None:
            continue
        rate = 3600 * grown / seen.seconds
        yield Value(name="deadlocks_per_hour", help="Transactions ended to resolve a deadlock.", value=rate)
        if rate >= seen.thresholds["rate"] and grown >= LEAST:
            yield Found(
                object=row["database"],
                severity=Severity.WARNING,
                seen=f"{count(grown, 'deadlock')} in {span(seen.seconds)}: {rate:,.0f} an hour.",
                why="Each ended a transaction with 40P01 after deadlock_timeout; the log has both statements. Where "
                "several transactions lock the same rows, they must do so in one order.",
                fields={"deadlocks": grown, "seconds": seen.seconds},
            )
