"""Updates write all indexes of a table anew, because there is no room for the new row beside the old one.

## What it is

The updates of a table between two looks that were not HOT. An update is HOT (it writes no index) when it changes no
indexed column and the new row has room in the page of the old one.

## Why it is dangerous

An update that is not HOT writes an entry into every index, and VACUUM has to remove them all again.

## When it speaks

Where at least `updates` (10,000) came between the looks, and less than `hot` percent (50) were HOT, and, from 16 on,
most of the others went to another page for want of room. Before 16 that cannot be told from an update of an indexed
column: it speaks below 10 percent there, as a notice, and says so.

## Cure

A `fillfactor` of 85 leaves room in the pages that are written from then on.

## Versions

14 to 18; 16 counts rows that went to another page.

## Example

    UPDATE sessions SET vue_a = now() WHERE id = 4711;  -- each minute, for all
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import qualified
from . import _needs
from ._amounts import count, percent, span
from ._check import Counting, Found, Said, Threshold
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
COUNTING = Counting(key=("oid",), columns=("updates", "hot", "elsewhere"))
THRESHOLDS = {
    "updates": Threshold(default=10_000, unit="", about="between the two looks"),
    "hot": Threshold(default=50, unit="%", about="of the updates that are HOT, below which it speaks"),
}
RARE = 10.0
"""Percent, for servers that do not say why an update was not HOT."""
FILLFACTOR = 85


def look(seen: Seen) -> Iterator[Said]:
    """Each table whose updates want for room."""
    for row in seen.rows:
        updates, hot = seen.grown(row, "updates"), seen.grown(row, "hot")
        if updates is None or hot is None or updates < seen.thresholds["updates"] or not row["indexes"]:
            continue
        elsewhere = None if row["elsewhere"] is None else seen.grown(row, "elsewhere")
        if row["fillfactor"] > FILLFACTOR and _wants_room(seen, updates, hot, elsewhere):
            yield _found(seen, row, updates, hot, elsewhere)


def _wants_room(seen: Seen, updates: float, hot: float, elsewhere: float | None) -> bool:
    if elsewhere is None:
        return 100 * hot < min(RARE, seen.thresholds["hot"]) * updates
    return 100 * hot < seen.thresholds["hot"] * updates and elsewhere >= 0.5 * (updates - hot)


def _found(seen: Seen, row: Row, updates: float, hot: float, elsewhere: float | None) -> Found:
    told = f"; {count(elsewhere, 'row')} went to another page" if elsewhere is not None else ""
    return Found(
        object=f"{row['schema']}.{row['name']}",
        severity=Severity.NOTICE if elsewhere is None else Severity.WARNING,
        seen=f"{percent(hot, updates)} of {count(updates, 'update')} in {span(seen.seconds)} were HOT{told}; "
        f"the fillfactor is {row['fillfactor']}.",
        why=f"Each of the others writes into all {count(row['indexes'], 'index')}, and VACUUM has to clean them.",
        cure=f"ALTER TABLE {qualified(row['schema'], row['name'])} SET (fillfactor = {FILLFACTOR});",
        fields={"updates": updates, "hot": hot, "elsewhere": elsewhere},
        disproof="The updates change a column that is indexed; then no fillfactor helps.",
    )
