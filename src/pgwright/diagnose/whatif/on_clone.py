"""Asks a clone: it has the statistics of the database, and every index is really made on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import psycopg

from ...base.errors import Refused
from ...clone.clone import Clone
from ...clone.indexes import Made
from ...sql import quote
from ..asking import explain as asking
from ..asking.failing import failed
from ..query_plan.model import QueryPlan
from .planner import Existing, Index, Planned
from .proposed import Proposed

_EXISTING = b"""
SELECT n.nspname::text, c.relname::text, tn.nspname::text, t.relname::text, c.oid::bigint
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
WHERE x.indisvalid AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema') AND NOT t.relispartition
ORDER BY 1, 2
"""
_BELOW = b"SELECT relid::oid::bigint FROM pg_catalog.pg_partition_tree(%s::regclass)"
_NAMES = b"""
SELECT c.oid::bigint, n.nspname::text, c.relname::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY (%s)
"""
_TIMEOUT_MS = 30_000


class OnClone:
    """The tier `clone`."""

    tier = "clone"

    def __init__(self, clone: Clone) -> None:
        self.clone = clone
        self._connection = clone.connection
        self._made: dict[Proposed, Made] = {}
        self._refused: set[Proposed] = set()
        self._shown: set[Proposed] = set()
        self._hidden: set[Existing] = set()
        self._existing: dict[Existing, tuple[tuple[str, str], list[int]]] = {}
        self._owner: dict[str, Index] = {}
        self._read_existing()
        self.asked = 0
        self._connection.execute(f"SET statement_timeout = {_TIMEOUT_MS}".encode())

    def offer(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, int]:
        """Makes them on the clone, hidden; each once."""
        asked = list(dict.fromkeys(indexes))
        fresh = [index for index in asked if index not in self._made and index not in self._refused]
        made = self.clone.indexes.create_all([index.sql for index in fresh], shown=False)
        for index, found in zip(fresh, made, strict=True):
            if isinstance(found, Refused):
                self._refused.add(index)
            else:
                self._made[index] = found
        self._own({index: self._made[index].oids for index in fresh if index in self._made})
        return {index: self._made[index].bytes for index in asked if index in self._made}

    def cost(self, statement: str, shown: Collection[Proposed], hidden: Collection[Existing] = ()) -> Planned:
        """Plans it; only what is needed of the plan is read."""
        self._arrange(set(shown), set(hidden))
        self.asked += 1
        try:
            row = self._connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
        except psycopg.Error as error:
            raise failed(error, statement=statement, prefix=22, timeout_ms=_TIMEOUT_MS) from error
        assert row is not None
        root = row[0][0]["Plan"]
        used = frozenset(self._owner[name] for name in _names(root) if name in self._owner)
        return Planned(cost=float(root["Total Cost"]), used=used)

    def plan(
        self,
        statement: str,
        shown: Collection[Proposed] = (),
        hidden: Collection[Existing] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> QueryPlan:
        """The plan in full, VERBOSE."""
        self._arrange(set(shown), set(hidden))
        self.asked += 1
        way = asking.Way(analyze=False, writes=True, timeout_ms=_TIMEOUT_MS, settings=tuple(settings))
        return asking.explain(self._connection, statement, way)

    def parts(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
        """The part of the rows that partial indexes hold, by the planner's count."""
        found = {}
        for index in indexes:
            if index.where:
                relation = quote.qualified(index.schema, index.table)
                held = self._rows(f"SELECT 1 FROM {relation} WHERE {index.where}")
                found[index] = min(held / max(self._rows(f"SELECT 1 FROM {relation}"), 1.0), 1.0)
        return found

    def existing(self) -> Mapping[Existing, tuple[str, str]]:
        """The indexes of the source that the clone has; those of partitions belong to their parents."""
        return {index: table for index, (table, _) in self._existing.items()}

    def _rows(self, query: str) -> float:
        row = self._connection.execute(f"EXPLAIN (FORMAT JSON) {query}".encode()).fetchone()
        assert row is not None
        return float(row[0][0]["Plan"]["Plan Rows"])

    def _read_existing(self) -> None:
        for schema, name, *table, oid in self._connection.execute(_EXISTING).fetchall():
            index = Existing(schema=schema, name=name)
            oids = [row[0] for row in self._connection.execute(_BELOW, [oid])] or [oid]
            self._existing[index] = ((table[0], table[1]), oids)
        self._own({index: oids for index, (_, oids) in self._existing.items()})

    def _own(self, indexes: Mapping[Index, Sequence[int]]) -> None:
        """Remembers by which names plans will call indexes. A plan does not say in which schema an index is, so one
        whose name another one has gets a name of its own, here on the clone."""
        owner = {oid: index for index, oids in indexes.items() for oid in oids}
        for oid, schema, name in self._connection.execute(_NAMES, [list(owner)]).fetchall():
            alone = name
            if self._owner.get(name, owner[oid]) != owner[oid]:
                alone = f"pgwright_{oid}"
                rename = f"ALTER INDEX {quote.qualified(schema, name)} RENAME TO {quote.ident(alone)}"
                self._connection.execute(rename.encode())
            self._owner[alone] = owner[oid]

    def _arrange(self, shown: set[Proposed], hidden: set[Existing]) -> None:
        """Shows the planner these proposed indexes and no others, and all that are there but those hidden."""
        appear = [oid for index in shown - self._shown for oid in self._made[index].oids]
        appear += [oid for index in self._hidden - hidden for oid in self._existing[index][1]]
        vanish = [oid for index in self._shown - shown for oid in self._made[index].oids]
        vanish += [oid for index in hidden - self._hidden for oid in self._existing[index][1]]
        if appear:
            self.clone.indexes.show(appear, shown=True)
        if vanish:
            self.clone.indexes.show(vanish, shown=False)
        self._shown, self._hidden = shown, hidden


def _names(node: Mapping[str, Any]) -> set[str]:
    """The names of the indexes in a plan."""
    found, stack = set(), [node]
    while stack:
        each = stack.pop()
        if "Index Name" in each:
            found.add(each["Index Name"])
        stack.extend(each.get("Plans", ()))
    return found
