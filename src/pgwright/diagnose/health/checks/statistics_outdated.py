"""A large part of a table changed since it was analyzed: its statistics are those of another table.

## What it is

Rows that were inserted, updated or deleted since the last ANALYZE, against the rows of then. A partitioned table,
which autovacuum never analyzes, by the rows that its partitions have now.

## Why it is dangerous

The planner expects the values of then: it takes the index that was right, or reads the whole table for what it
believes is most of it.

## When it speaks

From `share` percent (20) and `rows` (10,000) on, and where it is twice as much as the table's own
`autovacuum_analyze_scale_factor` allows: autovacuum should have come. So not within twice `autovacuum_naptime` after
an ANALYZE, unless autovacuum is off: what its own session wrote just before is counted after it (14 to 18), and is
what a load followed by ANALYZE leaves behind.

## Cure

ANALYZE; it takes seconds. Where it happens again, a smaller `autovacuum_analyze_scale_factor` of the table.

## Versions

14 to 18.

## Example

    SELECT n_mod_since_analyze FROM pg_stat_user_tables WHERE relname = 'commandes';  -- 9,000,000
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import qualified
from . import _needs
from ._amounts import count, percent, span
from ._check import Found, Said, Threshold
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
THRESHOLDS = {
    "share": Threshold(default=20, unit="%", about="of the rows that changed"),
    "rows": Threshold(default=10_000, unit="", about="that changed at least"),
}
LATE = 2.0
PATIENCE = 2.0
"""Times autovacuum_naptime: each database is looked at once in that time."""


def look(seen: Seen) -> Iterator[Said]:
    """Each such table."""
    for row in seen.rows:
        if row["kind"] == "p":
            yield _found(row, abs(row["now"] - row["rows"]), "came or went in its partitions")
        elif row["changed"] >= LATE * row["factor"] * row["rows"] and not _in_turn(row):
            yield _found(row, row["changed"], "changed")


def _in_turn(row: Row) -> bool:
    """Autovacuum is on, and cannot have come since the ANALYZE."""
    return bool(row["autovacuum"]) and row["seconds"] < PATIENCE * row["naptime"]


def _found(row: Row, changed: float, verb: str) -> Found:
    share = f" ({percent(changed, row['rows'])} of what there was)" if row["rows"] else ""
    ago = f" {span(row['seconds'])} ago" if row["seconds"] is not None else ""
    return Found(
        object=f"{row['schema']}.{row['name']}",
        severity=Severity.WARNING,
        seen=f"{count(changed, 'row')}{share} {verb} since the ANALYZE{ago}.",
        why="The planner expects the values of then.",
        cure=f"ANALYZE {qualified(row['schema'], row['name'])};",
        fields={"changed": changed, "rows": row["rows"], "seconds": row["seconds"]},
    )
