"""A statement that has been running for long.

## What it is

A statement of a client of this database. VACUUM and the building of an index are left out, and so is who waits for a
lock: that is `blocked_sessions`.

## Why it is dangerous

It keeps its locks and its snapshot: VACUUM removes nothing that was deleted since it began. And nobody may be waiting
for its answer any more.

## When it speaks

From `time` (30 min).

## Cure

`pgwright explain` says what is slow in it. To end it: `pg_cancel_backend`. A `statement_timeout` of the role ends the
next one.

## Versions

14 to 18.

## Example

    SELECT count(*) FROM lignes_commande a, lignes_commande b;
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from . import _needs, _sessions
from ._amounts import span
from ._check import Found, Said, Threshold
from ._seen import Seen

BETTER = (_needs.all_sessions,)
THRESHOLDS = {"time": Threshold(default=1800, unit="s", about="that the statement has been running")}


def look(seen: Seen) -> Iterator[Said]:
    """Each such statement."""
    for row in seen.rows:
        yield Found(
            object=_sessions.named(row),
            severity=Severity.WARNING,
            seen=f"It has been running for {span(row['seconds'])}.{_sessions.running(row)}",
            why="VACUUM removes nothing that was deleted since it began, and its locks are kept.",
            cure=_sessions.cancelled(row) + _sessions.limited(row, "statement_timeout", "30min"),
            fields={"seconds": row["seconds"]},
        )
