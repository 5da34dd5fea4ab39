"""What indexes cost the statements that write.

The planner knows nothing of it: its cost of an INSERT is the same with no index and with ten. So it is reckoned from
how a write spends its time: one part for the row, one for each index that gets an entry. A HOT UPDATE makes no entry at
all; where a column of an index changes, or the page is full, it is none, and every index gets an entry. So an index on
a column that is updated costs as much as all of those that are there: seen with 1 to 6 b-trees on PostgreSQL 18
(benchmarks/upkeep.py: an UPDATE that is no longer HOT takes the work of 0.97 entries more for each).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ....sql import parse
from ....sql.expression import columns
from ....sql.index_key import bare
from ....sql.node import Node
from ...whatif.proposed import Proposed
from .cases import Case

_EFFORT = {"btree": 1.0, "hash": 0.9, "gin": 2.0, "gist": 3.5, "spgist": 1.4, "brin": 0.15}
"""The work of one entry, that of a b-tree being 1 (benchmarks/upkeep.py, PostgreSQL 18: hash 0.87, GiST of ranges 3.5,
SP-GiST of texts 1.4, BRIN 0.16; GIN 1.3 to 2.0 for jsonb, 1.4 for arrays of five)."""
_TRIGRAMS = 5.0
"""That of GIN for the trigrams of 32 characters (4.9 there)."""
_INSERTED, _UPDATED = 1.0, 1.7
"""The work on the row itself, in entries of a b-tree (1.05 and 1.6 to 1.8 there)."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A table as those who write see it: how many `indexes` it has, the part of its updates that were `hot`, and the
    columns of which an index knows that ends a HOT update. Those of the methods in `sparing` do not."""

    indexes: int
    hot: float
    indexed: frozenset[str]
    sparing: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Write:
    """A statement that writes: the `number` of its case and its weight, the table, and the columns that an UPDATE
    sets; None for an INSERT."""

    case: int
    weight: float
    table: tuple[str, str]
    sets: frozenset[str] | None


class Upkeep:
    """What a set of new indexes adds, as a part of what the workload costs now. Callable. `parts` tells which part of
    the rows partial indexes hold."""

    def __init__(
        self,
        cases: Sequence[Case],
        tables: Mapping[tuple[str, str], Written],
        parts: Callable[[Iterable[Proposed]], Mapping[Proposed, float]],
    ) -> None:
        self._tables = tables
        self._ask = parts
        self._parts: dict[Proposed, float] = {}
        self.writes = tuple(write for case in cases for write in writes(case, tables))

    def __call__(self, new: Sequence[Proposed]) -> float:
        """What these indexes add."""
        return sum(write.weight * self.added(write, new) for write in self.writes)

    def by_case(self, new: Sequence[Proposed]) -> Mapping[int, float]:
        """What each case that writes takes longer with these indexes, as a part of what it takes now."""
        found: dict[int, float] = {}
        for write in self.writes:
            found[write.case] = found.get(write.case, 0.0) + self.added(write, new)
        return found

    def added(self, write: Write, new: Sequence[Proposed]) -> float:
        """What a write takes longer with these indexes, as a part of what it takes now."""
        table = self._tables[write.table]
        mine = [index for index in new if index.relation == write.table]
        if write.sets is None:
            return sum(map(self._entry, mine)) / (_INSERTED + table.indexes)
        before = 1.0 if write.sets & table.indexed else 1.0 - table.hot
        changed = {index for index in mine if write.sets & known(index)}
        after = 1.0 if any(index.method not in table.sparing for index in changed) else before
        entries = sum(self._entry(index) * (1.0 if index in changed else after) for index in mine)
        return (entries + (after - before) * table.indexes) / (_UPDATED + before * table.indexes)

    def _entry(self, index: Proposed) -> float:
        """The work of an entry in an index, the mean over the rows of the table."""
        effort = _TRIGRAMS if "gin_trgm_ops" in " ".join(index.keys) else _EFFORT.get(index.method, 1.0)
        return effort * self._part(index)

    def _part(self, index: Proposed) -> float:
        """The part of the rows that a partial index holds; each is asked for once."""
        if not index.where:
            return 1.0
        if index not in self._parts:
            self._parts[index] = self._ask([index]).get(index, 1.0)
        return self._parts[index]


def known(index: Proposed) -> frozenset[str]:
    """The columns whose change makes a new entry in the index."""
    read = [name for key in index.keys for name in columns(bare(key))]
    return frozenset((*read, *index.include, *(columns(index.where) if index.where else ())))


def writes(case: Case, tables: Mapping[tuple[str, str], Written]) -> list[Write]:
    """What a case writes, into tables that are known."""
    found = []
    for node in parse.walk(parse.parse(case.texts[0])[0].node):
        kind = parse.kind_of(node)
        if kind not in ("InsertStmt", "UpdateStmt", "MergeStmt"):
            continue
        table = _table(node.relation, tables)
        if table is not None:
            sets = frozenset(each.res_target.name for each in node.target_list) if kind == "UpdateStmt" else None
            found.append(Write(case=case.number, weight=case.weight, table=table, sets=sets))
    return found


def _table(relation: Node, tables: Mapping[tuple[str, str], Written]) -> tuple[str, str] | None:
    """The table that is meant; without a schema the only one of its name."""
    if relation.schemaname:
        named = (relation.schemaname, relation.relname)
        return named if named in tables else None
    found = [table for table in tables if table[1] == relation.relname]
    return found[0] if len(found) == 1 else None
