"""A foreign key whose own side has no index: each DELETE of a parent reads the whole child table.

## What it is

A foreign key on whose referencing columns no index begins. An index counts whose first columns are those of the key,
in any order and without a gap; one of a part of the rows does not, except of those that are not NULL.

## Why it is dangerous

PostgreSQL looks for rows that refer to a parent whenever it is deleted, or its key is changed, while it holds locks.
And joins from the parent to its children read the child table whole.

## When it speaks

For children of at least `rows` (10,000): as a warning where parents are deleted, as a notice where none was since the
counters began, or where an index begins with a part of the columns. From a million rows and one DELETE a minute on,
as a danger.

## Cure

`CREATE INDEX`: pgwright builds it concurrently, for each partition on its own where there are some.

## Versions

14 to 18. Keys that are NOT ENFORCED, and those of periods (18), are left out.

## Example

    ALTER TABLE lignes_commande ADD FOREIGN KEY (commande_id) REFERENCES commandes;  -- and no index on commande_id
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import ident, qualified
from . import _needs
from ._amounts import count, size, span
from ._check import Counting, Found, Said, Threshold
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
COUNTING = Counting(key=("oid",), columns=("deletes",), needed=False)
THRESHOLDS = {"rows": Threshold(default=10_000, unit="", about="that the referencing table has at least")}
MANY = 1e6
OFTEN = 1 / 60
"""Deletes a second: each reads a table of MANY rows, half a second of work."""


def look(seen: Seen) -> Iterator[Said]:
    """Each such key."""
    for row in seen.rows:
        grown = seen.grown(row, "deletes")
        child = f"{row['schema']}.{row['name']}"
        yield Found(
            object=f"{child}.{row['constraint']}",
            severity=_severity(seen, row, grown),
            seen=f"No index of {child} begins with {', '.join(row['columns'])}; it has {count(row['rows'], 'row')} "
            f"({size(row['bytes'])}). {_deletes(seen, row, grown)}{_part(row)}",
            why=_why(row),
            cure=f"CREATE INDEX ON {qualified(row['schema'], row['name'])} ({', '.join(map(ident, row['columns']))});",
            fields={"rows": row["rows"], "bytes": row["bytes"], "deletes": row["deletes"]},
        )


def _severity(seen: Seen, row: Row, grown: float | None) -> Severity:
    if row["begins"] or not row["deletes"] or grown == 0:
        return Severity.NOTICE
    if row["rows"] >= MANY and grown is not None and grown / seen.seconds >= OFTEN:
        return Severity.DANGER
    return Severity.WARNING


def _deletes(seen: Seen, row: Row, grown: float | None) -> str:
    parent = f"{row['parent_schema']}.{row['parent']}"
    if grown is not None:
        return f"Of {parent} {count(grown, 'row')} were deleted in {span(seen.seconds)}."
    return f"Of {parent} {count(row['deletes'], 'row')} were deleted since the counters began."


def _part(row: Row) -> str:
    return " An index begins with a part of them." if row["begins"] else ""


def _why(row: Row) -> str:
    cascade = {"c": "deleted", "n": "set to NULL", "d": "set to their defaults"}.get(row["on_delete"], "")
    then = f" Its rows are {cascade} then." if cascade else ""
    return (
        f"Each DELETE of a parent, and each change of its key, reads the whole table for rows that refer to it.{then}"
    )
