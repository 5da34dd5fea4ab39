"""Which of the indexes that are there a new one would stand for: a b-tree whose keys begin the keys of the new one.

Only what is certain from both definitions is told: the same keys with the same operator classes and directions, the
same rows, and nothing that the old one enforces. Whether a statement gets slower, because the new index is larger, is
tried like every other drop.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from ....base.errors import MigrationFileError
from ....sql import parse
from ....sql.index_key import columns
from ....sql.node import Node, same
from ...indexes import Index, Kind, Snapshot, Table, Verdict
from ...indexes.keeping import pinned
from ...indexes.verdicts import lost, whole
from ...indexes.writing import cost, size
from ...whatif.proposed import Proposed


def superseded(snapshot: Snapshot, new: Sequence[Proposed], told: Collection[int]) -> list[Verdict]:
    """The indexes that can go once the new ones are there, the largest first; those in `told` (oids) are left out."""
    found = []
    for oid, table in snapshot.tables.items():
        fresh = sorted(each for each in new if each.relation == (table.schema, table.name) and each.method == "btree")
        for index in snapshot.by_table[oid] if fresh else ():
            if index.oid not in told and _may_go(snapshot, index):
                found += [_verdict(snapshot, table, index, each) for each in _standing(index, fresh)]
    return sorted(found, key=lambda each: (-each.bytes, each.index.full_name))


def _may_go(snapshot: Snapshot, index: Index) -> bool:
    rule = index.unique or index.excluding or index.constraint
    return index.method == "btree" and not rule and not pinned(index) and whole(snapshot, index)


def _standing(index: Index, fresh: Sequence[Proposed]) -> Iterator[Proposed]:
    """The first of the new indexes that serves all that the index serves."""
    old = _tree(index.definition)
    for each in fresh:
        new = _tree(each.sql)
        if old is None or new is None or not _begins(old, new):
            continue
        rows = same(old.where_clause, new.where_clause)
        if rows and set(index.included) <= {*each.include, *columns(each.keys)}:
            yield each
            return


def _begins(old: Node, new: Node) -> bool:
    mine, its = old.index_params, new.index_params[: len(old.index_params)]
    return len(mine) == len(its) and all(same(one, other) for one, other in zip(mine, its, strict=True))


@lru_cache(maxsize=4096)
def _tree(definition: str) -> Node | None:
    try:
        return parse.parse(definition)[0].node
    except MigrationFileError:
        return None


def _verdict(snapshot: Snapshot, table: Table, index: Index, new: Proposed) -> Verdict:
    keys = ", ".join(key.text for key in index.keys)
    more = len(new.keys) > len(index.keys) or set(new.include) > set(index.included)
    reason = (
        f"Its keys ({keys}) {'begin' if more else 'are'} those of the new index ({', '.join(new.keys)}), with the same "
        "operator classes and rows: once that one is there, it serves what this one serves."
    )
    return Verdict(
        kind=Kind.COVERED,
        index=index,
        table=table,
        reason=reason,
        bytes=size(snapshot, index),
        write=cost(snapshot, index),
        caveats=lost(index),
    )
