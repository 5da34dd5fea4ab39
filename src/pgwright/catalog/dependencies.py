"""Which object reads which column, from the rows of `pg_depend`. Pure.

Two facts are told apart by counting: PostgreSQL writes one row for a column that a trigger names in UPDATE OF and
another for the same column in WHEN; likewise for the column list and the row filter of a published table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..base.name import RelationName


class Dependencies:
    """An index of dependency rows: (class, object, column of it, relation, attnum, deptype, count)."""

    def __init__(self, rows: Iterable[tuple[Any, ...]], sequences: Mapping[int, RelationName]) -> None:
        self._counts: dict[tuple[str, int], dict[tuple[int, int], int]] = defaultdict(dict)
        self._generated: dict[tuple[int, int], set[int]] = defaultdict(set)
        self._partition_keys: dict[int, set[int]] = defaultdict(set)
        self.owned: dict[tuple[int, int], RelationName] = {}
        for kind, oid, column, relation, number, deptype, count in rows:
            if kind != "pg_class":
                pairs = self._counts[kind, oid]
                pairs[relation, number] = pairs.get((relation, number), 0) + count
            elif oid == relation and number == 0:
                # Columns of a partition key depend on their own table, internally.
                if deptype == "i":
                    self._partition_keys[oid].add(column)
            elif oid == relation:
                # Up to 14 a generated column depends on what it reads as a column; later its pg_attrdef row does.
                self._generated[oid, column].add(number)
            elif oid in sequences:
                if deptype in "ai":
                    self.owned[relation, number] = sequences[oid]
            else:
                self._counts["index", oid][relation, number] = count

    def pairs(self, kind: str, oid: int) -> frozenset[tuple[int, int]]:
        """The (relation, attnum) pairs that the object depends on."""
        return frozenset(self._counts.get((kind, oid), ()))

    def columns(self, kind: str, oid: int, relation: int) -> tuple[int, ...]:
        """The attnums of `relation` that the object depends on, ascending."""
        return tuple(sorted(n for r, n in self._counts.get((kind, oid), ()) if r == relation and n > 0))

    def columns_beyond(self, kind: str, oid: int, relation: int, listed: Sequence[int]) -> tuple[int, ...]:
        """The attnums that the object's expression reads, when `listed` are depended on once already."""
        counts = self._counts.get((kind, oid), {})
        return tuple(sorted(n for (r, n), count in counts.items() if r == relation and n > 0 and count > (n in listed)))

    def default_reads(self, default: int | None, relation: int, number: int) -> tuple[int, ...]:
        """The attnums that the default or generation expression of a column reads."""
        found = set(self._generated.get((relation, number), ()))
        if default is not None:
            found.update(self.columns("pg_attrdef", default, relation))
        return tuple(sorted(found - {number}))

    def partition_columns(self, relation: int) -> tuple[int, ...]:
        """The attnums that the partition key reads."""
        return tuple(sorted(self._partition_keys.get(relation, ())))
