"""A standby or subscriber is behind, or is not connected.

## What it is

The time and the WAL between this server and each of its standbys and subscribers. On a standby: how far it is with
what it has received, and whether it is connected at all.

## Why it is dangerous

What is read there is old, a failover loses what did not get there, and with `synchronous_commit` at `remote_apply`
every commit waits.

## When it speaks

As a warning from `time` (1 min) or `bytes` (1 GB), as a danger from ten times either. A standby that is being made
(pg_basebackup) is left out.

## Cure

There is no SQL for it: the network, the disk of the standby, or a query there that holds replay
(`max_standby_streaming_delay`).

## Versions

14 to 18.

## Example

    SELECT replay_lag FROM pg_stat_replication;  -- 00:12:40
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from . import _needs
from ._amounts import size, span
from ._check import Found, Said, Threshold, Value
from ._seen import Row, Seen

BETTER = (_needs.standbys,)
THRESHOLDS = {
    "time": Threshold(default=60, unit="s", about="that it is behind"),
    "bytes": Threshold(default=1024.0**3, unit="B", about="of WAL that it has not applied"),
}
DANGER = 10.0


def look(seen: Seen) -> Iterator[Said]:
    """Each that is behind."""
    for row in seen.rows:
        yield from _values(row)
        if row["kind"] == "self" and not row["connected"] and seen.server.reads_all_stats:
            yield _alone(row)
            continue
        over = max((row["seconds"] or 0) / seen.thresholds["time"], (row["bytes"] or 0) / seen.thresholds["bytes"])
        if over >= 1:
            yield _found(row, over)


def _values(row: Row) -> Iterator[Value]:
    labels = (("standby", row["name"]),)
    if row["bytes"] is not None:
        yield Value(name="standby_lag_bytes", help="WAL not applied by a standby.", value=row["bytes"], labels=labels)
    if row["seconds"] is not None:
        yield Value(
            name="standby_lag_seconds", help="How far a standby is behind.", value=row["seconds"], labels=labels
        )


def _alone(row: Row) -> Found:
    return Found(
        object=row["name"],
        severity=Severity.WARNING,
        seen="No WAL receiver runs here: it is not connected to its primary.",
        why="What is read here grows old. Where WAL comes from an archive only, it is as it should be.",
        disproof="restore_command alone feeds this standby.",
    )


def _found(row: Row, over: float) -> Found:
    amounts = []
    if row["seconds"] is not None:
        amounts.append(span(row["seconds"]))
    if row["bytes"] is not None:
        amounts.append(size(row["bytes"]))
    state = ", ".join(part for part in (row["address"], row["state"], row["sync"]) if part)
    return Found(
        object=row["name"],
        severity=Severity.DANGER if over >= DANGER else Severity.WARNING,
        seen=f"It is {' and '.join(amounts)} behind" + (f" ({state})." if state else "."),
        why="What is read there is old, and a failover now would lose what did not get there.",
        fields={"seconds": row["seconds"], "bytes": row["bytes"], "state": row["state"], "sync": row["sync"]},
    )
