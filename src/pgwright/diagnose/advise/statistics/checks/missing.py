"""Tables with rows that were never analyzed: the planner guesses how many there are, and of which values.

Autovacuum never analyzes a partitioned table, only its partitions (14 to 18): joins and groups over all of it are
estimated without any statistics.
"""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Finding, Severity
from .. import cures
from ..finding import finding
from ..values import Seen, Table

FEW = 1000
"""Rows below which a wrong estimate costs nothing."""


def look(seen: Seen) -> Iterator[Finding]:
    """Each table without statistics."""
    for table in seen.tables.values():
        rows = sum(max(leaf.live, leaf.rows) for leaf in seen.leaves(table.oid))
        if rows < FEW or not never(table):
            continue
        if table.kind == "p":
            yield _partitioned(table, rows)
        else:
            yield _plain(table, rows)


def never(table: Table) -> bool:
    """Whether there are none, as far as the role can tell: what it may not read, it cannot see statistics of either."""
    if table.counted or table.analyzed is not None:
        return False
    return table.readable or table.rows < 0


def _partitioned(table: Table, rows: float) -> Finding:
    return finding(
        "missing_statistics", table, Severity.WARNING,
        f"A partitioned table of {rows:,.0f} rows was never analyzed.",
        "Autovacuum analyzes partitions only: what is joined, grouped or filtered over all of them is guessed. It has "
        "to be done again when much has changed, by whoever loads the rows or by a timer.",
        cures.analyze(table), fields={"rows": rows},
    )  # fmt: skip


def _plain(table: Table, rows: float) -> Finding:
    off = table.autovacuum is not None and not table.autovacuum.rules.enabled
    will = "Autovacuum is switched off for it." if off else "Autovacuum does it when it comes next, if it keeps up."
    return finding(
        "missing_statistics", table, Severity.WARNING if off else Severity.NOTICE,
        f"A table of {rows:,.0f} rows was never analyzed.",
        f"The planner guesses how many rows have a value. {will}",
        cures.analyze(table), fields={"rows": rows},
    )  # fmt: skip
