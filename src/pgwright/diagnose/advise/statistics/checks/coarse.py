"""Columns of which too few common values are kept: beyond those all values are taken to be equally rare, and are not.

The least common value that is kept tells: where it has many times more rows than the average of the others, more such
values follow behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Finding, Severity
from .. import cures
from ..finding import finding
from ..values import Column, Compared, Seen, Table

LARGE = 100_000
"""Rows below which a misjudged value is not worth a setting."""
MANY = 10
"""How many times more values than are kept a column must have."""
STEEP = 10
"""How many times more rows than the average of the rest the least common value that is kept must have."""
MOST = 10_000
"""The largest statistics target that the server takes (14 to 18)."""


def look(seen: Seen) -> Iterator[Finding]:
    """Each column, of those that statements compare where statements are known."""
    for table in seen.tables.values():
        if table.rows < LARGE:
            continue
        asked = _asked(seen.compared, table)
        for column in table.columns:
            found = _found(table, column, seen.default_target)
            if found is not None and (asked is None or column.name in asked):
                yield found


def _asked(compared: tuple[Compared, ...] | None, table: Table) -> frozenset[str] | None:
    """The columns that statements compare; None where no statement is known."""
    if compared is None:
        return None
    return frozenset(name for each in compared if each.table == table.oid for name in each.equal)


def _found(table: Table, column: Column, default: int) -> Finding | None:
    kept = column.target if column.target is not None else default
    distinct = column.distinct if column.distinct > 0 else -column.distinct * table.rows
    rest, left = distinct - column.common, 1 - column.covered - column.nulls
    if column.common < kept or kept >= MOST or distinct < MANY * column.common or rest < 1 or left <= 0:
        return None
    average = left / rest
    if column.least < STEEP * average:
        return None
    wanted = min(max(kept * 10, 1000), MOST)
    return finding(
        "coarse_statistics", table, Severity.NOTICE,
        f"{column.common} common values are kept of about {distinct:,.0f}, and cover {column.covered:.0%} of the rows. "
        f"The least of them has {column.least * table.rows:,.0f} rows, all others are taken to have "
        f"{average * table.rows:,.1f} each.",
        "Values right behind those that are kept are as common, and are planned as if they were rare. A higher target "
        "makes ANALYZE read more rows, and planning of this column a little slower.",
        cures.target(table, column.name, wanted), column=column.name,
        fields={"kept": column.common, "distinct": distinct, "covered": column.covered},
    )  # fmt: skip
