"""The members of multixacts run out: the transactions of all sets that hold a row together.

## What it is

Each multixact keeps its members, and a new one is made with all of them whenever one more transaction joins. How many
are kept is counted by the files in `pg_multixact/members`; there is room for 2^32.

## Why it is dangerous

With rows that many lock at once (a foreign key to one busy row) members are used up long before multixact ids are,
and no age shows it. Then every statement that would make a multixact fails, until VACUUM has freed old ones.

## When it speaks

From `share` percent (50) of the room: from there on autovacuum freezes younger and younger ones, to free members
(`MultiXactMemberFreezeThreshold`). A danger from half again as much (75), or where the room is used up within a week at
the rate since the last look.

## Cure

`VACUUM (FREEZE)` of the whole database that has the oldest multixacts. Transactions that are open and hold such rows
keep them: `long_transaction`, `xmin_held_back`. Fewer are made where fewer transactions lock the same row at once.

## Versions

14 to 18. Needs to list files of the server, which superusers may.

## Example

    ERROR:  multixact "members" limit exceeded
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ._amounts import percent, span
from ._check import Counting, Found, Said, Threshold, Value
from ._needs import files
from ._seen import Seen

NEEDS = (files,)
COUNTING = Counting(key=("kind", "name"), columns=("members",), reset=False, needed=False)
THRESHOLDS = {"share": Threshold(default=50, unit="%", about="of the room for members that is taken")}
ROOM = 2**32
"""Members have numbers of 32 bits on 14 to 18; the server stops a segment before they meet (seen on 15 and 18)."""
DANGER = 1.5
WEEK = 7 * 86400.0


def look(seen: Seen) -> Iterator[Said]:
    """The whole server, which has one store of members."""
    server = next(row for row in seen.rows if row["kind"] == "server")
    members = server["members"]
    yield Value(name="multixact_members", help="Members of multixacts that are kept.", value=members)
    share = 100 * members / ROOM
    if share < seen.thresholds["share"]:
        return
    moved = seen.moved(server, "members")
    left = (ROOM - members) * seen.seconds / moved if moved is not None and moved > 0 else None
    is_near = share >= DANGER * seen.thresholds["share"] or (left is not None and left < WEEK)
    when = "" if left is None else f" At the rate of the last {span(seen.seconds)} it is full in {span(left)}."
    yield Found(
        object="multixact members",
        severity=Severity.DANGER if is_near else Severity.WARNING,
        seen=f"{members:,} members of multixacts are kept, {percent(members, ROOM)} of the room for them.{when}",
        why="When it is full, no two transactions can lock a row at once, or refer to it: writes fail.",
        cure=_cure(seen),
        fields={"members": members, "limit": ROOM} | ({} if left is None else {"days": round(left / 86400, 1)}),
    )


def _cure(seen: Seen) -> str:
    """VACUUM of the database that holds them back."""
    oldest = next(row for row in seen.rows if row["kind"] == "database")
    if oldest["name"] == seen.server.database:
        return "VACUUM (FREEZE);"
    return f"-- in the database {oldest['name']}, which has the oldest multixacts:\nVACUUM (FREEZE);"
