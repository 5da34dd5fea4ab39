"""Workloads of what pg_stat_statements counted: all since its reset, or what ran between two snapshots. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ..sql.within import query_within
from .gathering import Gathering, Ran
from .snapshot import HIDDEN, Entry, Snapshot
from .values import Origin, Reason, Workload

_WORTH_MS = 1_000.0
"""Time of cursors that is worth a note."""


def whole(snapshot: Snapshot) -> Workload:
    """Everything since the last reset."""
    notes = list(_notes(snapshot, snapshot.dealloc))
    return _workload(snapshot, snapshot.entries, snapshot.reset, notes)


def delta(before: Snapshot, after: Snapshot) -> Workload:
    """What ran between two snapshots of one database, `before` the earlier one. Where all was reset in between, what
    ran since the reset; an entry that was thrown away or reset and came again counts with what it has since then."""
    if after.reset != before.reset:
        note = "The counters were reset between the two looks: what ran before the reset is not in this."
        return _workload(after, after.entries, after.reset, [note, *_notes(after, after.dealloc)])
    known, now = _by_key(before), _by_key(after)
    changes = [_change(known.get(key), each) for key, each in now.items()]
    grown = sorted((each.entry for each in changes if each.entry.calls > 0), key=lambda each: -each.ms)
    notes = list(_notes(after, after.dealloc - before.dealloc))
    if again := sum(each.anew for each in changes) + len(known.keys() - now.keys()):
        notes.append(
            f"{again:,} entries were thrown away or reset between the two looks, and a part of their calls with them."
        )
    return _workload(after, tuple(grown), before.at, notes)


@dataclass(frozen=True)
class _Change:
    """What an entry gained, and whether it began anew in between."""

    entry: Entry
    anew: bool


def _by_key(snapshot: Snapshot) -> dict[tuple[object, ...], Entry]:
    """The entries by what identifies them. Those of hidden texts have no queryid: they are one for each role."""
    found: dict[tuple[object, ...], Entry] = {}
    for entry in snapshot.entries:
        key = (entry.userid, entry.queryid, entry.toplevel)
        found[key] = _sum(found[key], entry) if key in found else entry
    return found


def _sum(one: Entry, other: Entry) -> Entry:
    return replace(
        one,
        calls=one.calls + other.calls,
        ms=one.ms + other.ms,
        rows=one.rows + other.rows,
        pages=one.pages + other.pages,
        since=None,
    )


def _change(before: Entry | None, after: Entry) -> _Change:
    if before is None:
        return _Change(after, anew=False)
    if after.since != before.since or after.calls < before.calls:
        return _Change(after, anew=True)
    gained = replace(
        after,
        calls=after.calls - before.calls,
        ms=max(after.ms - before.ms, 0.0),
        rows=after.rows - before.rows,
        pages=after.pages - before.pages,
    )
    return _Change(gained, anew=False)


def _workload(snapshot: Snapshot, entries: tuple[Entry, ...], since: datetime | None, notes: list[str]) -> Workload:
    gathering = Gathering()
    for entry in entries:
        if entry.text is None:
            gathering.leave(Reason.LOST, calls=entry.calls, ms=entry.ms)
        elif entry.text == HIDDEN:
            gathering.leave(Reason.HIDDEN, calls=entry.calls, ms=entry.ms)
        elif entry.toplevel or not _COPY.match(entry.text):  # else the COPY around it has the same time once more
            gathering.add(_ran(entry, entry.text))
    return Workload(
        origin=Origin.SERVER,
        statements=gathering.statements,
        left_out=gathering.left,
        since=since,
        seconds=None if since is None else max((snapshot.at - since).total_seconds(), 0.0),
        notes=tuple(notes),
    )


def _ran(entry: Entry, text: str) -> Ran:
    """What an entry tells. What EXECUTE runs is counted under the text of its PREPARE, which itself is not (seen on 14
    to 18)."""
    if entry.rows and _DECLARE.match(text):  # what its cursor fetched, beside the DECLARE (18, track = all)
        return Ran(text=text, calls=0, timed=0, ms=entry.ms, rows=entry.rows, pages=entry.pages, user=entry.user)
    return Ran(
        text=(query_within(text) or text) if _PREPARE.match(text) else text,
        calls=entry.calls,
        timed=entry.calls,
        ms=entry.ms,
        rows=entry.rows,
        pages=entry.pages,
        user=entry.user,
        nested=not entry.toplevel,
    )


_PREPARE = re.compile(r"(?i)\s*PREPARE\s")
_COPY = re.compile(r"(?i)\s*COPY\s*\(")
_DECLARE = re.compile(r"(?i)\s*DECLARE\s")
_FETCH = re.compile(r"(?i)\s*FETCH\s")


def _notes(snapshot: Snapshot, dealloc: int) -> Iterator[str]:
    if dealloc > 0:
        room = f" It has room for {snapshot.room:,} (pg_stat_statements.max)." if snapshot.room else ""
        yield f"The server has thrown rare statements away, {dealloc:,} times in this time.{room}"
    if any(each.text == HIDDEN for each in snapshot.entries):
        yield "The texts of other roles' statements are hidden: GRANT pg_read_all_stats TO this role shows them."
    if any(each.text is None for each in snapshot.entries):
        yield "The server has lost texts of statements: its file of texts could not be kept."
    fetched = sum(each.ms for each in snapshot.entries if each.text and _FETCH.match(each.text))
    if fetched > _WORTH_MS:
        yield (
            f"FETCH took {fetched / 1000:,.1f} s: that is the time of cursors, and the server does not tell which "
            "query it belongs to. A log does."
        )
    if snapshot.track == "none":
        yield "The server counts nothing now: pg_stat_statements.track is none."
