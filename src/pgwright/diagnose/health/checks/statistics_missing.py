"""The planner knows nothing about a table: it was never analyzed.

## What it is

A table with rows and without statistics; a partitioned table whose partitions have some, and which has none of its
own.

## Why it is dangerous

The planner guesses: that a comparison keeps one row in 200, that a join gives a row for each. Plans of large tables
are wrong by orders of magnitude then. A partitioned table is never analyzed by autovacuum, only its partitions are.

## When it speaks

From `rows` (1,000) on.

## Cure

ANALYZE; of a partitioned table now and then by a job, because nobody else does it.

## Versions

14 to 18. Until 17 pg_upgrade leaves every table without statistics.

## Example

    pg_restore -d boutique boutique.dump  -- and no ANALYZE after it
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import ident, qualified
from . import _needs
from ._amounts import count
from ._check import Found, Hidden, Said, Threshold
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
THRESHOLDS = {"rows": Threshold(default=1000, unit="", about="that the table has at least")}


def look(seen: Seen) -> Iterator[Said]:
    """Each such table."""
    unseen = sum(not row["seen"] for row in seen.rows)
    if unseen:
        yield Hidden(what=f"{seen.server.role} may not see whether {count(unseen, 'table')} have statistics.",
                     grant=f"GRANT pg_read_all_data TO {ident(seen.server.role)};")  # fmt: skip
    for row in seen.rows:
        if row["seen"]:
            yield _found(row)


def _found(row: Row) -> Found:
    whole = row["kind"] == "p"
    about = f"about {count(row['rows'], 'row')}" if row["rows"] else "rows that nobody has counted"
    return Found(
        object=f"{row['schema']}.{row['name']}",
        severity=Severity.WARNING,
        seen=f"It has {about} and no statistics"
        + (" of the whole; autovacuum analyzes its partitions only." if whole else ": it was never analyzed."),
        why="The planner guesses how many rows a condition keeps, and takes plans that are right for other tables.",
        cure=f"ANALYZE {qualified(row['schema'], row['name'])};",
        fields={"rows": row["rows"]},
    )
