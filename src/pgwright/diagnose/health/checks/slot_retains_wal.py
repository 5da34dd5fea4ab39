"""A replication slot keeps WAL that nobody fetches, or has lost what it kept.

## What it is

What lies between the end of the WAL and the place up to which a slot was read; and slots that can be used no more.

## Why it is dangerous

WAL that a slot keeps is never deleted: when the disk is full, the server stops. With `max_slot_wal_keep_size` the
slot is given up instead, and its standby or subscriber has to be made anew.

## When it speaks

As a warning from `bytes` (1 GB) and never below `max_wal_size`, as a danger from ten times that; where the slot is
about to be given up (`unreserved`, or a tenth of what is safe left), and where it is lost. Slots that a standby keeps
in step with its primary (17) are left out.

## Cure

Bring the reader back. Where there is none any more, drop the slot. `max_slot_wal_keep_size`, and from 18 on
`idle_replication_slot_timeout`, bound what the next one can do.

## Versions

14 to 18. 16 says whether a slot conflicts with recovery, 17 since when it is inactive and why it was given up.

## Example

    SELECT pg_create_physical_replication_slot('ancienne_réplique', true);  -- and the replica is gone
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import literal
from ._amounts import size, span
from ._check import Counting, Found, Said, Threshold, Value
from ._seen import Row, Seen

COUNTING = Counting(key=("name",), columns=("bytes",), reset=False, needed=False)
THRESHOLDS = {"bytes": Threshold(default=1024.0**3, unit="B", about="of WAL that a slot keeps")}
DANGER = 10.0
TIGHT = 0.1


def look(seen: Seen) -> Iterator[Said]:
    """Each slot that keeps much or is lost. One that was never read keeps nothing, and its
    safe_wal_size means nothing (seen on 14 and 18)."""
    for row in seen.rows:
        if row["bytes"] is not None:
            yield Value(name="slot_retained_bytes", help="WAL that a replication slot keeps.", value=row["bytes"],
                        labels=(("slot", row["name"]),))  # fmt: skip
        if row["synced"] and seen.server.standby:
            continue
        if row["status"] == "lost" or row["reason"] or row["conflicting"]:
            yield _lost(row)
        elif row["bytes"] is not None and (severity := _severity(seen, row)) is not None:
            yield _found(seen, row, severity)


def _severity(seen: Seen, row: Row) -> Severity | None:
    bytes_ = row["bytes"]
    if row["status"] == "unreserved" or (row["safe"] is not None and row["safe"] < TIGHT * (bytes_ + row["safe"])):
        return Severity.DANGER
    limit = max(seen.thresholds["bytes"], row["most"])
    if bytes_ < limit:
        return None
    return Severity.DANGER if bytes_ >= DANGER * limit else Severity.WARNING


def _lost(row: Row) -> Found:
    reason = f" ({row['reason']})" if row["reason"] else ""
    return Found(
        object=row["name"],
        severity=Severity.DANGER,
        seen=f"The {row['kind']} slot can be used no more{reason}.",
        why="The WAL that its reader still needs is gone: the standby or subscriber must be made anew.",
        cure=f"SELECT pg_drop_replication_slot({literal(row['name'])});",
        fields={"status": row["status"]},
    )


def _found(seen: Seen, row: Row, severity: Severity) -> Found:
    state = "Its reader is connected"
    if not row["active"]:
        state = f"Nobody has read it for {span(row['inactive'])}" if row["inactive"] else "Nobody reads it"
    moved = seen.moved(row, "bytes")
    speed = f"; {size(moved / seen.seconds)} more a second" if moved is not None and moved > 0 else ""
    left = f" It is given up after {size(max(row['safe'], 0))} more." if row["safe"] is not None else ""
    return Found(
        object=row["name"],
        severity=severity,
        seen=f"The {row['kind']} slot keeps {size(row['bytes'] or 0)} of WAL{speed}. {state}.{left}",
        why="WAL that a slot keeps is not deleted, until the disk is full or the slot is given up.",
        cure=_cure(seen, row),
        fields={"bytes": row["bytes"], "active": row["active"], "status": row["status"], "safe": row["safe"]},
    )


def _cure(seen: Seen, row: Row) -> str:
    limits = []
    if seen.server.settings.get("max_slot_wal_keep_size") == "-1":
        keep = round(max(2 * (row["bytes"] or 0), 4 * row["most"]) / 1024**3) + 1
        limits = [f"ALTER SYSTEM SET max_slot_wal_keep_size = '{keep}GB';", "SELECT pg_reload_conf();"]
    if row["active"]:
        return "\n".join(limits)
    return "\n".join([f"SELECT pg_drop_replication_slot({literal(row['name'])}); -- when its reader never comes back",
                      *limits])  # fmt: skip
