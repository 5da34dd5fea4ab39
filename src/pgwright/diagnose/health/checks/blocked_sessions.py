"""Sessions wait for a lock, and who holds it does not let go.

## What it is

Chains of sessions of this database that wait for each other. At the head of a chain stands who waits for nobody: the
finding is on that one, and counts all behind it.

## Why it is dangerous

Whoever comes next for the same lock joins the queue, until all connections are in it.

## When it speaks

As a warning where somebody has waited for `time` (30 s), as a danger where three or more have, or one for 5 minutes.

## Cure

End the session at the head, or the prepared transaction.

## Versions

14 to 18; it rests on `pg_locks.waitstart`, which 14 brought.

## Example

    ALTER TABLE commandes ADD COLUMN note text;  -- behind a report, and in front of everybody else
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import literal
from . import _sessions
from ._amounts import count, span
from ._check import Found, Said, Threshold, Value
from ._seen import Row, Seen

THRESHOLDS = {"time": Threshold(default=30, unit="s", about="that a session has waited")}
MANY = 3
LONG = 300.0
"""Seconds of waiting, and sessions that wait, from which it is a danger."""


def look(seen: Seen) -> Iterator[Said]:
    """Each head of a chain."""
    yield Value(name="blocked_sessions", help="Sessions that have waited for a lock for long.",
                value=len({row["waiter"] for row in seen.rows}))  # fmt: skip
    behind = defaultdict(set)
    for row in seen.rows:
        behind[row["pid"]].add(row["waiter"])
    waiters = {row["waiter"] for row in seen.rows}
    longest: dict[int, Row] = {}
    for row in seen.rows:
        longest.setdefault(row["pid"], row)
    heads = [pid for pid in longest if pid not in waiters] or list(longest)[:1]
    for pid in heads:
        yield _found(longest[pid], _all_behind(pid, behind), seen)


def _all_behind(head: int, behind: dict[int, set[int]]) -> set[int]:
    """Everybody in the chain of a head."""
    found: set[int] = set()
    left = [head]
    while left:
        new = behind.get(left.pop(), set()) - found
        found |= new
        left += new
    return found


def _found(row: Row, waiters: set[int], seen: Seen) -> Found:
    longest = max(each["seconds"] for each in seen.rows if each["waiter"] in waiters)
    on = f" on {row['table']}" if row["table"] else ""
    prepared = row["pid"] == 0
    open_ = ""
    if row["transaction_seconds"] is not None:
        open_ = f" Its transaction has been open for {span(row['transaction_seconds'])}; it is {row['state']}."
    return Found(
        object=f"prepared transaction {row['gids']}" if prepared else _sessions.named(row),
        severity=Severity.DANGER if len(waiters) >= MANY or longest >= LONG else Severity.WARNING,
        seen=f"{count(len(waiters), 'session')} waited behind it{on}, the longest for {span(longest)}."
        + ("" if prepared else f"{open_}{_sessions.running(row, 'running, or ran last')}"),
        why="Whoever comes next for the same lock joins the queue.",
        cure=_cure(row),
        fields={"waiting": len(waiters), "seconds": longest},
    )


def _cure(row: Row) -> str:
    if row["pid"] != 0:
        return _sessions.ended(row)
    gids = (row["gids"] or "").split(", ")
    return "\n".join(f"ROLLBACK PREPARED {literal(gid)};" for gid in gids if gid)
