"""Something old keeps VACUUM from removing dead rows: a session, a prepared transaction, a slot, or a standby.

## What it is

Whoever may still read old rows holds the horizon up to which VACUUM removes dead ones: open transactions and prepared
ones of this database, replication slots (physical ones with `hot_standby_feedback`, logical ones for the catalog),
and queries on standbys with feedback.

## Why it is dangerous

VACUUM runs and removes nothing: tables and indexes grow, queries read more and more dead rows, and transaction ids
are not frozen.

## When it speaks

From `transactions` (10 million) that began since, or from `time` (24 h), as a warning; from 200 million as a danger.
A prepared transaction after `prepared` (10 min): nobody is left who would end it by himself.

## Cure

End the holder. A slot that nobody reads any more is dropped; what reads it must then be made anew.

## Versions

14 to 18.

## Example

    BEGIN; SELECT 1;  -- and a weekend
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import literal
from . import _needs
from ._amounts import span
from ._check import Found, Said, Threshold, Value
from ._seen import Row, Seen

NEEDS = (_needs.primary,)
BETTER = (_needs.all_sessions,)
THRESHOLDS = {
    "transactions": Threshold(default=10e6, unit="", about="that began since"),
    "time": Threshold(default=86400, unit="s", about="that it has been open"),
    "prepared": Threshold(default=600, unit="s", about="that a prepared transaction has been there"),
}
DANGER = 200e6
"""Transactions: the default of autovacuum_freeze_max_age, from which on nothing can be frozen in time."""


def look(seen: Seen) -> Iterator[Said]:
    """Each holder that is old."""
    oldest = max((row["age"] or 0 for row in seen.rows), default=0)
    yield Value(name="xmin_age_transactions", help="Age of the oldest holder of the horizon.", value=oldest)
    for row in seen.rows:
        limit = seen.thresholds["prepared" if row["kind"] == "prepared" else "time"]
        is_long = row["kind"] in ("session", "prepared") and (row["seconds"] or 0) >= limit
        if is_long or (row["age"] or 0) >= seen.thresholds["transactions"]:
            yield _found(row)


def _found(row: Row) -> Found:
    since = f", {span(row['seconds'])} ago" if row["seconds"] is not None else ""
    catalog = " in the catalog" if row["kind"] == "logical slot" else ""
    began = {
        "session": f"Its transaction began {row['age']:,} transactions{since}",
        "prepared": f"It was prepared {row['age']:,} transactions{since}",
        "standby": f"A query there needs rows of {row['age']:,} transactions ago",
    }.get(row["kind"], f"It holds rows of {row['age']:,} transactions ago")
    who = ", ".join(part for part in (row["user"] and f"user {row['user']}", row["application"], row["state"]) if part)
    return Found(
        object=f"{row['kind']} {row['name']}",
        severity=Severity.DANGER if (row["age"] or 0) >= DANGER else Severity.WARNING,
        seen=began + (f" ({who})." if who else "."),
        why=f"VACUUM cannot remove what was deleted{catalog} since then.",
        cure=_cure(row),
        fields={"transactions": row["age"], "seconds": row["seconds"]},
    )


def _cure(row: Row) -> str:
    if row["kind"] == "session":
        return f"SELECT pg_terminate_backend({int(row['name'])});"
    if row["kind"] == "prepared":
        return f"ROLLBACK PREPARED {literal(row['name'])}; -- or COMMIT PREPARED, as its transaction manager says"
    if row["kind"] == "standby":
        return "-- On the standby: end the query, or set hot_standby_feedback = off and let it be cancelled."
    if row["state"] == "active":
        return ""
    return f"SELECT pg_drop_replication_slot({literal(row['name'])}); -- when nobody comes back to read it"
