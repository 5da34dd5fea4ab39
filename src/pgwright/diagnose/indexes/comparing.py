"""Whether one index can stand for another one: reads what it reads, and enforces what it enforces.

It knows nothing of which of two should stay. B-trees serve the beginnings of their keys; of all other methods only the
same index stands for an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .implication import within
from .values import Index, Key

LARGER = 3
"""How many times larger an index has to be until reading it instead of a small hot one is worth a word."""
HOT = 0.1
"""The share in the scans of both from which the smaller one counts as hot."""

_TUNED_ONLY = frozenset({"btree", "hash", "gin", "gist", "spgist"})
"""Methods whose storage parameters change no answer and hardly a plan; those of others (brin, bloom) are what they
are."""


class Kind(StrEnum):
    """How an index can be spared: another one is the same (`duplicate`), serves all that it serves (`covered`), or does
    so at a price that is named (`redundant`); or nobody reads it (`unused`)."""

    DUPLICATE = "duplicate"
    COVERED = "covered"
    REDUNDANT = "redundant"
    UNUSED = "unused"


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """How an index stands for another one: as what, in a sentence why, and what would be lost."""

    kind: Kind
    reason: str
    caveats: tuple[str, ...] = ()


def replacement(index: Index, other: Index) -> Replacement | None:
    """How `other` can stand for `index`; None where it cannot."""
    if index.oid == other.oid or index.table != other.table or index.method != other.method:
        return None
    if not (index.usable and other.usable) or not enforces(other, index):
        return None
    if same(index, other):
        return _same(index, other)
    return _prefix(index, other) if index.method == "btree" else None


def same(index: Index, other: Index) -> bool:
    """Whether both serve the same queries in the same way; what they enforce is not looked at."""
    return (
        index.keys == other.keys
        and _carried(index) == _carried(other)
        and index.predicate == other.predicate
        and (index.method in _TUNED_ONLY or index.options == other.options)
    )


def _carried(index: Index) -> frozenset[str]:
    """What INCLUDE adds to the keys."""
    return frozenset(index.included) - {key.text for key in index.keys}


def enforces(index: Index, other: Index) -> bool:
    """Whether `index` enforces all that `other` does: nothing, or the same uniqueness or exclusion or a stricter
    one."""
    if other.excluding:
        return index.excluding == other.excluding and _same_rows(index, other)
    if not other.unique:
        return True
    return (
        index.unique
        and _same_rows(index, other)
        and (index.immediate or not other.immediate)
        and (other.nulls_distinct or not index.nulls_distinct)
    )


def _same_rows(index: Index, other: Index) -> bool:
    """Whether a rule of both is about the same values of the same rows; in which direction they lie does not matter."""
    return [_value(key) for key in index.keys] == [_value(key) for key in other.keys] and (
        index.predicate == other.predicate
    )


def _value(key: Key) -> tuple[str, tuple[int, int, int], str]:
    return key.text, key.operators, key.collation


def _same(index: Index, other: Index) -> Replacement:
    tuned = index.options - other.options
    caveats = [f"its storage parameters go with it: {', '.join(sorted(tuned))}"] if tuned else []
    if index.tablespace != other.tablespace:
        caveats.append(f"they lie in different tablespaces: {_space(index)}, and {_space(other)}")
    if enforces(index, other):
        what = f"It has the same keys, order, operator classes and rows as {other.full_name}."
        return Replacement(kind=Kind.DUPLICATE, reason=what, caveats=tuple(caveats))
    rule = "unique" if other.unique else "an exclusion constraint"
    what = f"{other.full_name} has the same keys, order, operator classes and rows, and is {rule} besides."
    return Replacement(kind=Kind.COVERED, reason=what, caveats=tuple(caveats))


def _prefix(index: Index, other: Index) -> Replacement | None:
    """A b-tree whose keys begin with those of `index`."""
    begin = other.keys[: len(index.keys)]
    backwards = tuple(key.mirrored for key in begin)
    if index.keys not in (begin, backwards) or not within(index.predicate, other.predicate, index.keys):
        return None
    price = [*_lost(index, other), *_slower(index, other)]
    if index.keys != begin:
        price.append(f"{other.full_name} lies in the opposite direction, and is read backwards")
    more = len(other.keys) > len(index.keys)
    keys = ", ".join(key.text for key in index.keys)
    what = (
        f"Its keys ({keys}) are {'the first' if more else 'those'} of {other.full_name}, "
        f"with the same operator classes and collations: that index serves what it serves."
    )
    return Replacement(kind=Kind.REDUNDANT if price else Kind.COVERED, reason=what, caveats=tuple(price))


def _lost(index: Index, other: Index) -> list[str]:
    """Columns that only index-only scans of `index` find."""
    missing = [text for text in index.included if text not in (*other.included, *(key.text for key in other.keys))]
    columns = ", ".join(missing)
    return [f"INCLUDE ({columns}) would be lost: scans that need no heap today would need it"] if missing else []


def _slower(index: Index, other: Index) -> list[str]:
    """What makes `index` cheaper to read than `other`."""
    if index.predicate != other.predicate:
        return [f"it holds only the rows where {index.predicate}, and {other.full_name} has the NULLs too"]
    hot = index.scans > 0 and index.scans >= HOT * (index.scans + other.scans)
    if hot and other.bytes > LARGER * max(index.bytes, 1):
        times = other.bytes / max(index.bytes, 1)
        return [f"it is hot ({index.scans:,} scans), and {other.full_name} is {times:.0f} times as large"]
    return []


def _space(index: Index) -> str:
    return index.tablespace or "that of the database"
