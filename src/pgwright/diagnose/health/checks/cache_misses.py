"""Sessions wait for the disk: what they read is not in memory, and it costs them time.

## What it is

The blocks of this database that were read into shared buffers between two looks, and the time for it against the time
in which sessions were active. A hit ratio alone says little: what is not in shared buffers may be in the memory of
the operating system, and it is the time that tells.

## Why it is dangerous

A query that waits for the disk takes a hundred times as long as one that finds its pages in memory.

## When it speaks

Where reading took `share` percent (25) of the active time or more, and at least 1,000 blocks were read.

## Cure

First the queries that read most: `pgwright explain` names them. Then memory: `shared_buffers` about a quarter of the
machine's; it needs a restart.

## Versions

14 to 18.

## Example

    SELECT blk_read_time / active_time FROM pg_stat_database WHERE datname = 'boutique';  -- 0.6
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ._amounts import count, percent, size, span
from ._check import Counting, Found, Hidden, Said, Threshold, Value
from ._seen import Row, Seen

COUNTING = Counting(key=("oid",), columns=("hit", "read", "read_ms", "active_ms"))
THRESHOLDS = {"share": Threshold(default=25, unit="%", about="of the active time that went into reading")}
LEAST = 1000


def look(seen: Seen) -> Iterator[Said]:
    """The database."""
    for row in seen.rows:
        if row["timed"] != "on":
            yield Hidden(what="track_io_timing is off: whether reading costs time cannot be seen.",
                         grant="ALTER SYSTEM SET track_io_timing = on;\nSELECT pg_reload_conf();")  # fmt: skip
        grown = {name: seen.grown(row, name) for name in ("hit", "read", "read_ms", "active_ms")}
        known = {name: value for name, value in grown.items() if value is not None}
        if len(known) < len(grown):
            continue
        yield Value(name="blocks_read_per_second", help="Blocks read into shared buffers.",
                    value=known["read"] / seen.seconds)  # fmt: skip
        if known["read"] >= LEAST and 100 * known["read_ms"] >= seen.thresholds["share"] * max(known["active_ms"], 1):
            yield _found(seen, row, known)


def _found(seen: Seen, row: Row, grown: dict[str, float]) -> Found:
    blocks = grown["hit"] + grown["read"]
    return Found(
        object=row["database"],
        severity=Severity.WARNING,
        seen=f"In {span(seen.seconds)} sessions were active for {span(grown['active_ms'] / 1000)}, "
        f"{span(grown['read_ms'] / 1000)} of it reading {count(grown['read'], 'block')} "
        f"({size(grown['read'] * 8192)}); {percent(grown['hit'], blocks)} of the blocks were in shared buffers "
        f"({size(row['buffers'])}).",
        why="What waits for the disk takes many times as long as what is in memory.",
        fields=grown | {"seconds": seen.seconds},
        disproof="A backup or a report that reads everything ran in that time.",
    )
