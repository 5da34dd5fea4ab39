"""Which indexes nobody reads. A count of zero says little: how long was counted, on which servers, and what else is an
index there for.

Never told to go for want of scans: an index that enforces a rule, the replica identity, and the only one that serves
a foreign key of its table (a DELETE over there would scan the table here).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .comparing import Kind
from .keeping import pinned
from .values import Index, Snapshot, Table, Usage
from .verdict import Verdict
from .writing import cost, size

DAY = 86_400
LONG = 30 * DAY
"""For how long must have been counted: a month, so that what runs at its end has run."""
SMALL = 1024 * 1024
"""Indexes below are not worth an opinion: they cost less than reading about them."""
YOUNG = 10_000
"""Transactions since it was made below which an index counts as new, where commit timestamps are not kept."""


def untold(snapshot: Snapshot, usages: Sequence[Usage]) -> str:
    """In a sentence why nothing can be said about unused indexes; "" where it can."""
    for name, age in (("this server", snapshot.statistics_age), *((each.name, each.statistics_age) for each in usages)):
        if age < LONG:
            return (
                f"Which indexes are unused cannot be told: the statistics of {name} began {age / DAY:.1f} days ago, "
                f"and {LONG // DAY} days are needed, so that what runs once a month has run."
            )
    return ""


def unused(snapshot: Snapshot, index: Index, usages: Sequence[Usage]) -> Verdict | None:
    """The verdict about an index that nobody reads; None where it is read, has another purpose, or is too young to
    tell. `untold` must have been asked before."""
    family = snapshot.family(index)
    if not all(each.usable for each in family) or not _droppable(snapshot, index):
        return None
    if size(snapshot, index) < SMALL or any(_young(each) or _read(each, usages) for each in family):
        return None
    if _sibling_read(snapshot, index):
        return None
    table = snapshot.tables[index.table]
    return Verdict(
        kind=Kind.UNUSED,
        index=index,
        table=table,
        reason=_reason(snapshot, family, usages),
        bytes=size(snapshot, index),
        write=cost(snapshot, index),
        caveats=tuple(_caveats(snapshot, index, usages)),
    )


def _droppable(snapshot: Snapshot, index: Index) -> bool:
    if pinned(index) or index.unique or index.constraint:
        return False
    others = [each for each in snapshot.by_table[index.table] if each.oid != index.oid and each.usable]
    return all(
        any(_serves(other, columns) for other in others)
        for columns in _referring(snapshot.tables[index.table])
        if _serves(index, columns)
    )


def _referring(table: Table) -> list[frozenset[int]]:
    return [frozenset(key.columns) for key in table.foreign_keys]


def _serves(index: Index, columns: frozenset[int]) -> bool:
    """Whether it finds the rows that refer by `columns`: they are its first keys, in any order."""
    return not index.predicate and frozenset(key.column for key in index.keys[: len(columns)]) == columns


def _young(index: Index) -> bool:
    return index.age < LONG if index.age is not None else index.transactions < YOUNG


def _read(index: Index, usages: Sequence[Usage]) -> bool:
    """Whether some server has read it lately. Since 16 the time of the last scan is known; before, any scan counts."""
    here = [(index.scans, index.last_scan)]
    there = [(each.scans.get(index.oid, 0), each.last_scans.get(index.oid)) for each in usages]
    return any(scans and (last is None or last < LONG) for scans, last in (*here, *there))


def _sibling_read(snapshot: Snapshot, index: Index) -> bool:
    """Whether the same index of another partition is read."""
    table = snapshot.tables[index.table]
    if table.parent is None:
        return False
    siblings = (each for each in snapshot.tables.values() if each.parent == table.parent and each.oid != table.oid)
    texts = [key.text for key in index.keys]
    return any(
        other.scans and other.method == index.method and [key.text for key in other.keys] == texts
        for sibling in siblings
        for other in snapshot.by_table[sibling.oid]
    )


def _reason(snapshot: Snapshot, family: Sequence[Index], usages: Sequence[Usage]) -> str:
    days = min(snapshot.statistics_age, *(each.statistics_age for each in usages), float("inf")) / DAY
    where = f"on this server and {len(usages)} more" if usages else "on this server"
    ages = [each.last_scan for each in family if each.last_scan is not None]
    ages += [each.last_scans[one.oid] for each in usages for one in family if one.oid in each.last_scans]
    if ages:
        return f"Nobody has read it {where} for {min(ages) / DAY:.0f} days."
    return f"Nobody has read it {where} in the {days:.0f} days for which the statistics go back."


def _caveats(snapshot: Snapshot, index: Index, usages: Sequence[Usage]) -> Iterator[str]:
    if snapshot.standby:
        yield "this server is a standby: what the primary reads is counted there"
    elif snapshot.standbys > len(usages):
        missing = snapshot.standbys - len(usages)
        servers = "server streams" if missing == 1 else "servers stream"
        yield f"{missing} more {servers} from here and was not asked: its scans count there only"
    if index.expressions:
        yield (
            f"ANALYZE keeps statistics of {', '.join(index.expressions)} because of it, and the planner uses these "
            "without reading the index: the cure keeps them as extended statistics"
        )
    if index.clustered:
        yield "the table was clustered by it: CLUSTER without an index name fails afterwards"
    if index.age is None:
        yield f"when it was made is not known (track_commit_timestamp is off): {index.transactions:,} transactions ago"
