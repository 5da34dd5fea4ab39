"""A transaction that has been open for long, one statement after the other.

## What it is

A session of this database whose transaction began long ago and whose present statement is younger. One whose
statement itself is old is found by `long_query`, one that waits for its client by `idle_in_transaction`.

## Why it is dangerous

Its locks are kept until it ends, VACUUM removes nothing that was deleted since it began, and a migration waits for
it.

## When it speaks

From `time` (1 h).

## Cure

Smaller transactions. To end this one: `pg_terminate_backend`; its work is rolled back.

## Versions

14 to 18; 17 brings `transaction_timeout`.

## Example

    BEGIN; DELETE FROM journal WHERE …; -- a million times, then COMMIT
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from . import _needs, _sessions
from ._amounts import span
from ._check import Found, Said, Threshold
from ._seen import Seen

BETTER = (_needs.all_sessions,)
THRESHOLDS = {"time": Threshold(default=3600, unit="s", about="that the transaction has been open")}


def look(seen: Seen) -> Iterator[Said]:
    """Each such session."""
    for row in seen.rows:
        limit = _sessions.limited(row, "transaction_timeout", "1h") if seen.server.major >= 17 else ""
        yield Found(
            object=_sessions.named(row),
            severity=Severity.WARNING,
            seen=f"Its transaction has been open for {span(row['seconds'])}, the present statement for "
            f"{span(row['statement_seconds'])}.{_sessions.running(row)}",
            why="Its locks are kept until it ends, and VACUUM removes nothing that was deleted since it began.",
            cure=_sessions.ended(row) + limit,
            fields={"seconds": row["seconds"]},
        )
