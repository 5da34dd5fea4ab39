"""All workers of autovacuum have been busy for long: who is next waits.

## What it is

Every place for a worker is taken, and the youngest of them has been at work for long.

## Why it is dangerous

Tables that are due are not vacuumed, however high their need: they grow, and their statistics grow old.

## When it speaks

Where the youngest of all workers is older than `time` (10 min).

## Cure

Let them work faster: a larger `autovacuum_vacuum_cost_limit`, which they share. More workers alone share the same
limit and are no faster together.

## Versions

14 to 18; from 18 on the number of workers needs no restart.

## Example

    autovacuum_max_workers = 3  -- and 4 tables of a terabyte
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from . import _needs
from ._amounts import span
from ._check import Found, Said, Threshold, Value
from ._seen import Seen

NEEDS = (_needs.primary, _needs.all_sessions)
THRESHOLDS = {"time": Threshold(default=600, unit="s", about="that even the youngest worker has been at work")}


def look(seen: Seen) -> Iterator[Said]:
    """The server."""
    row = seen.rows[0]
    yield Value(name="autovacuum_workers", help="Workers of autovacuum that are running.", value=row["workers"])
    if row["workers"] < row["most"] or row["youngest"] < seen.thresholds["time"]:
        return
    limit = row["limit_own"] if row["limit_own"] > 0 else row["limit_all"]
    yield Found(
        object="autovacuum_max_workers",
        severity=Severity.WARNING,
        seen=f"All {row['workers']} workers are at work, the youngest for {span(row['youngest'])}; "
        f"they share a cost limit of {limit} each {row['delay']}.",
        why="Tables that are due wait for a worker.",
        cure=f"ALTER SYSTEM SET autovacuum_vacuum_cost_limit = {min(2 * limit, 10_000)};\nSELECT pg_reload_conf();",
        fields={"workers": row["workers"], "youngest_seconds": row["youngest"], "cost_limit": limit},
    )
