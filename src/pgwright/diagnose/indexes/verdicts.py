"""All verdicts about a snapshot. What one verdict relies on, no other one takes away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .comparing import Kind, Replacement, replacement
from .keeping import pinned, weight, why
from .using import untold, unused
from .values import Index, Snapshot, Usage
from .verdict import Verdict
from .writing import cost, size

__all__ = ["Judgement", "Kind", "Verdict", "judged"]

_ORDER = (Kind.DUPLICATE, Kind.COVERED, Kind.REDUNDANT)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The verdicts, the largest index first, and sentences about what could not be told."""

    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()


def judged(snapshot: Snapshot, usages: Sequence[Usage] = ()) -> Judgement:
    """What can go. `usages` are what further servers of the cluster have counted. Nothing is asked of any server."""
    spared = _spared(snapshot)
    verdicts = [_verdict(snapshot, index, *found) for index, found in spared]
    notes = list(snapshot.unreadable)
    if reason := untold(snapshot, usages):
        notes.append(reason)
    else:
        relied = {snapshot.root(kept).oid for _, (kept, _) in spared}
        gone = {index.oid for index, _ in spared}
        rest = (each for each in snapshot.indexes.values() if each.oid not in relied | gone)
        verdicts += [found for each in rest if (found := unused(snapshot, each, usages)) is not None]
    verdicts.sort(key=lambda each: (-each.bytes, each.index.full_name))
    return Judgement(verdicts=tuple(verdicts), notes=tuple(notes))


def _spared(snapshot: Snapshot) -> list[tuple[Index, tuple[Index, Replacement]]]:
    """The indexes that others stand for, each with the best one of those that stay. Tables come before their
    partitions: what goes from a partitioned table goes from all of them."""
    gone: set[int] = set()
    chosen: list[Index] = []
    for oid in sorted(snapshot.tables, key=lambda each: (_depth(snapshot, each), each)):
        indexes = snapshot.by_table[oid]
        for index in sorted(indexes, key=weight):
            if index.oid in gone or pinned(index) or not whole(snapshot, index):
                continue
            if any(other.oid not in gone and replacement(index, other) for other in indexes):
                chosen.append(index)
                gone |= {each.oid for each in snapshot.family(index)}
    found = ((index, _best(snapshot, index, gone)) for index in chosen)
    return [(index, best) for index, best in found if best is not None]


def _best(snapshot: Snapshot, index: Index, gone: set[int]) -> tuple[Index, Replacement] | None:
    """The index that stays for this one: the one that costs least, and of these the smallest."""
    standing = (each for each in snapshot.by_table[index.table] if each.oid not in gone)
    found = [(other, how) for other in standing if (how := replacement(index, other)) is not None]
    return min(found, key=lambda each: (_ORDER.index(each[1].kind), len(each[0].keys), each[0].oid), default=None)


def _depth(snapshot: Snapshot, table: int) -> int:
    parent = snapshot.tables[table].parent
    return 0 if parent is None or parent not in snapshot.tables else 1 + _depth(snapshot, parent)


def whole(snapshot: Snapshot, index: Index) -> bool:
    """Whether no part of it is needed by itself: a part of a partitioned index may be what a foreign key rests on."""
    return all(not each.resting and not each.replica_identity and each.usable for each in snapshot.family(index))


def _verdict(snapshot: Snapshot, index: Index, kept: Index, how: Replacement) -> Verdict:
    return Verdict(
        kind=how.kind,
        index=index,
        table=snapshot.tables[index.table],
        reason=f"{how.reason} {why(kept)}",
        bytes=size(snapshot, index),
        write=cost(snapshot, index),
        kept=kept,
        caveats=(*how.caveats, *lost(index)),
    )


def lost(index: Index) -> tuple[str, ...]:
    """What goes with an index, whatever stands for it."""
    found = []
    if index.constraint:
        found.append(f"statements that name the constraint (ON CONFLICT ON CONSTRAINT {index.constraint}) fail")
    if index.clustered:
        found.append("the table was clustered by it: CLUSTER without an index name fails afterwards")
    if index.partitioned:
        found.append("it is dropped in one short transaction that locks the table and its partitions")
    return tuple(found)
