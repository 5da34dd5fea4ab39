"""A session that holds a transaction open and does nothing: it waits for its client.

## What it is

A session of this database that is idle in a transaction. How long counts, not how many they are.

## Why it is dangerous

It keeps its locks and holds VACUUM back, for an application that went for coffee, or away.

## When it speaks

From `time` (10 min).

## Cure

`pg_terminate_backend` ends it, `idle_in_transaction_session_timeout` of the role the next one. The application should
not talk to others while it holds a transaction.

## Versions

14 to 18.

## Example

    BEGIN; UPDATE commandes SET statut = 'PAYEE' WHERE id = 4711;  -- and then a call to the bank
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from . import _needs, _sessions
from ._amounts import count, span
from ._check import Found, Said, Threshold
from ._seen import Seen

BETTER = (_needs.all_sessions,)
THRESHOLDS = {"time": Threshold(default=600, unit="s", about="that the session has been idle in its transaction")}


def look(seen: Seen) -> Iterator[Said]:
    """Each such session."""
    for row in seen.rows:
        locks = f" and holds {count(row['locks'], 'lock')} beyond reading" if row["locks"] else ""
        yield Found(
            object=_sessions.named(row),
            severity=Severity.WARNING,
            seen=f"It has been {row['state']} for {span(row['seconds'])}{locks}.{_sessions.running(row, 'idle after')}",
            why="It keeps its locks and holds VACUUM back, and does nothing.",
            cure=_sessions.ended(row)
            + _sessions.limited(row, "idle_in_transaction_session_timeout", f"{round(seen.thresholds['time'])}s"),
            fields={"seconds": row["seconds"], "locks": row["locks"]},
        )
