"""Tables that have changed much since they were analyzed."""

from __future__ import annotations

from collections.abc import Iterator

from .....base.finding import Finding, Severity
from ....autovacuum import thresholds
from .. import cures
from ..finding import finding
from ..values import Seen, Table
from .missing import never

MUCH = 0.2
"""The share of rows that has changed: twice what brings autovacuum by default, so that it is late or told not to
come."""
FEW = 10_000
"""Changed rows below which it does not matter."""


def look(seen: Seen) -> Iterator[Finding]:
    """Each table whose statistics are those of other rows."""
    for table in seen.tables.values():
        if never(table):
            continue
        found = _partitioned(seen, table) if table.kind == "p" else _plain(table)
        if found is not None:
            yield found


def _plain(table: Table) -> Finding | None:
    rows = max(table.rows, 1.0)
    if table.modified < FEW or table.modified < MUCH * rows:
        return None
    late, will = _autovacuum(table)
    return finding(
        "stale_statistics", table, Severity.WARNING if late else Severity.NOTICE,
        f"{table.modified:,} rows have changed since {_ago(table.analyzed)}, and it had {rows:,.0f} then.",
        f"The planner sees values and counts of that time. {will}",
        cures.analyze(table), fields={"modified": table.modified, "rows": rows},
    )  # fmt: skip


def _autovacuum(table: Table) -> tuple[bool, str]:
    """Whether autovacuum should have been there, and what it will do."""
    if table.autovacuum is None:
        return True, "Autovacuum does not know of it."
    limit = thresholds(table.autovacuum).modified
    if limit is None:
        return True, "Autovacuum is switched off for it."
    if table.modified > limit:
        return (
            True,
            f"Autovacuum comes beyond {limit:,.0f} changed rows, and has not come: it is busy, or just about to.",
        )
    return False, f"Autovacuum comes beyond {limit:,.0f} changed rows only; autovacuum_analyze_scale_factor says so."


def _partitioned(seen: Seen, table: Table) -> Finding | None:
    """A partitioned table is counted by nobody: how many rows its partitions have now says how old its statistics
    are."""
    now = sum(max(leaf.rows, 0.0) for leaf in seen.leaves(table.oid))
    then = max(table.rows, 0.0)
    if abs(now - then) < max(FEW, MUCH * max(then, 1.0)):
        return None
    return finding(
        "stale_statistics", table, Severity.WARNING,
        f"When it was analyzed it had {then:,.0f} rows, and its partitions have {now:,.0f} now.",
        "Autovacuum analyzes partitions, never a partitioned table: estimates over all of them are of that time.",
        cures.analyze(table), fields={"rows": now, "rows_then": then},
    )  # fmt: skip


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "the last ANALYZE (before counting began)"
    for size, name in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"the last ANALYZE {seconds / size:,.0f} {name} ago"
    return "the last ANALYZE a moment ago"
