"""Autovacuum does not come to a table that is due, for want of a worker or because something stops it.

## What it is

A table, or its TOAST table, that was due for a VACUUM at an earlier look by the server's own formula (with its
storage parameters, for dead rows or inserted ones), is due now, and was not vacuumed in between.

## Why it is dangerous

The table and its indexes grow, queries read dead rows, index-only scans visit the heap.

## When it speaks

Where it is so for ten minutes at least, and no table was due for less than twice `autovacuum_naptime`. One look tells
nothing: a table may have become due a moment ago.

## Cure

VACUUM, now. Then more work for each worker (`autovacuum_saturated`), or an end to what stops it (`xmin_held_back`).

## Versions

14 to 18; 18 brings `autovacuum_vacuum_max_threshold` and counts unfrozen pages.

## Example

    SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'commandes';  -- 9,000,000, since yesterday
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....base.finding import Severity
from ....sql.quote import qualified
from ...autovacuum.formulas import due, thresholds
from ...autovacuum.reader import read
from ...autovacuum.values import Relation, Snapshot
from . import _needs
from ._amounts import count, span
from ._check import Counting, Found, Said, Value
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
ROOM = read
COUNTING = Counting(key=("oid",), columns=("due",), least=600.0)
PATIENCE = 2.0
"""Times autovacuum_naptime: each database is looked at once in that time."""


def rows(snapshot: Snapshot) -> Sequence[Row]:
    """The tables that are due now."""
    found = []
    for relation in snapshot.relations.values():
        reason = due(relation).vacuum
        if reason in ("dead", "inserted"):
            found.append(_row(snapshot, relation, reason))
    return found


def _row(snapshot: Snapshot, relation: Relation, reason: str) -> Row:
    table = snapshot.relations.get(relation.toast_of, relation) if relation.toast_of is not None else relation
    limits = thresholds(relation)
    return {
        "oid": relation.oid,
        "due": 1,
        "schema": table.schema,
        "name": table.name,
        "toast": relation.toast,
        "reason": reason,
        "rows": relation.dead if reason == "dead" else relation.inserted,
        "threshold": limits.dead if reason == "dead" else limits.inserted,
        "vacuumed": relation.vacuumed,
        "naptime": snapshot.naptime,
        "running": snapshot.running,
        "workers": snapshot.workers,
    }


def look(seen: Seen) -> Iterator[Said]:
    """Each table that has been due for long."""
    yield Value(name="tables_due_for_vacuum", help="Tables that are due for VACUUM now.", value=len(seen.rows))
    late = [row for row in seen.rows if seen.grown(row, "due") is not None and seen.seconds >= _patience(row)]
    for row in sorted(late, key=lambda row: (-row["rows"] / max(row["threshold"] or 1, 1), row["schema"], row["name"])):
        if row["vacuumed"] is None or row["vacuumed"] > seen.seconds:
            yield _found(seen, row)


def _patience(row: Row) -> float:
    return PATIENCE * float(row["naptime"])


def _found(seen: Seen, row: Row) -> Found:
    kind = "dead rows" if row["reason"] == "dead" else "rows inserted"
    last = f"{span(row['vacuumed'])} ago" if row["vacuumed"] is not None else "never"
    where = " of its TOAST table" if row["toast"] else ""
    return Found(
        object=f"{row['schema']}.{row['name']}",
        severity=Severity.WARNING,
        seen=f"It has been due for {span(seen.seconds)} at least: {row['rows']:,} {kind}{where} where "
        f"{row['threshold']:,.0f} are enough; last vacuumed {last}. {count(row['running'], 'worker')} of "
        f"{row['workers']} at work.",
        why="Dead rows stay, and the table and its indexes grow.",
        cure=f"VACUUM {qualified(row['schema'], row['name'])};",
        fields={"rows": row["rows"], "threshold": row["threshold"], "seconds": seen.seconds},
    )
