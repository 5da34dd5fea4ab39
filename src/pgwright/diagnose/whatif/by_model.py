"""Asks no planner about indexes, but reckons: plans of the database itself, in which the scan of a table is exchanged
for one by an index where that is cheaper (`scan_cost`).

What it knows is one table at a time, and b-trees on columns. Joins, sorts and all else stay as they are, so it finds
less than there is to find; it hides no index, so it proves no DROP. It needs nothing but a connection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...connect.looking import looking
from ...connect.session import Connection
from ...sql.index_key import columns
from ..accounting.account import account
from ..asking import explain as asking
from ..query_plan.model import Node, QueryPlan
from ..signs import _partitions
from ..signs._seen import Seen
from ..surroundings import reader
from . import _session, _tables
from ._exchange import exchanged
from ._query import query
from ._sizes import Size, Sizes
from ._unsampled import Unsampled
from .planner import Existing, Planned
from .proposed import Proposed
from .scan_cost import Prices, Scan, cheapest

_SCANS = frozenset({"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"})
_KNOWN = (
    "The costs are those of a model: of each table by itself, with b-trees on columns. What an index does for a join "
    "or an order is not in them, and no DROP was tried."
)
_ALONE = (("max_parallel_workers_per_gather", "0"),)
"""Without workers: a scan that several share has a part of its cost only."""


@dataclass(frozen=True, kw_only=True)
class _Base:
    """A plan of the database as it is, and its scans as tables that an index could serve."""

    plan: QueryPlan
    scans: tuple[tuple[Node, _tables.Table], ...]


class ByModel(Unsampled):
    """The tier `model`, on a session that anything may stand in front of."""

    tier = "model"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sizes = Sizes(connection)
        self._known: dict[Proposed, Size] = {}
        self._left: set[Proposed] = set()
        self._bases: dict[tuple[str, tuple[tuple[str, str], ...]], _Base] = {}
        self._parts: dict[tuple[tuple[str, str], str], float] = {}
        self.asked = 0
        with looking(connection):
            row = connection.execute(query("prices")).fetchone()
        assert row is not None
        self._prices = Prices(**row[0])

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not reckoned."""
        found = [_KNOWN]
        if self._left:
            count = len(self._left)
            found.append(f"{count} candidate{'s' if count > 1 else ''} of other kinds could not be reckoned.")
        return tuple(found)

    def offer(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, int]:
        """The sizes by statistics."""
        asked = list(dict.fromkeys(indexes))
        for index in asked:
            if index in self._known or index in self._left:
                continue
            size = self._size(index)
            if size is None:
                self._left.add(index)
            else:
                self._known[index] = size
        return {index: self._known[index].bytes for index in asked if index in self._known}

    def cost(self, statement: str, shown: Collection[Proposed], hidden: Collection[Existing] = ()) -> Planned:
        """The cost with the cheapest scan of each table; nothing can be hidden."""
        assert not hidden
        plan, used = self._exchanged(statement, shown, ())
        return Planned(cost=plan.root.number("Total Cost"), used=frozenset(used))

    def plan(
        self,
        statement: str,
        shown: Collection[Proposed] = (),
        hidden: Collection[Existing] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> QueryPlan:
        """The plan of the database, with scans exchanged."""
        assert not hidden
        return self._exchanged(statement, shown, settings)[0]

    def parts(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
        """The part of the rows that partial indexes hold, by the planner's count."""
        with looking(self._connection):
            return _session.parts(self._connection, indexes)

    def existing(self) -> Mapping[Existing, tuple[str, str]]:
        """None that could be hidden."""
        return {}

    def _size(self, index: Proposed) -> Size | None:
        if index.method != "btree" or len(columns(index.keys)) < len(index.keys):
            return None
        with looking(self._connection):
            return self._sizes.of(index)

    def _exchanged(
        self, statement: str, shown: Collection[Proposed], settings: Sequence[tuple[str, str]]
    ) -> tuple[QueryPlan, set[Proposed]]:
        base, used = self._base(statement, tuple(settings)), set()
        plan = base.plan
        for node, table in base.scans:
            best: tuple[float, Proposed] | None = None
            for index in shown:
                if index.relation == table.relation and (scan := self._scan(table, index)) is not None:
                    cost = cheapest(self._prices, scan)
                    best = min(best or (node.number("Total Cost"), index), (cost, index))
            if best is not None and best[0] < node.number("Total Cost"):
                plan = exchanged(plan, node, cost=best[0], index=best[1])
                used.add(best[1])
        return plan, used

    def _scan(self, table: _tables.Table, index: Proposed) -> Scan | None:
        with looking(self._connection):
            return _tables.scan(table, index, self._known[index], self._part)

    def _part(self, relation: tuple[str, str], where: str) -> float:
        """The part of the rows of a table that fulfil a condition."""
        if (relation, where) not in self._parts:
            self.asked += 1
            all_rows = max(_session.rows(self._connection, relation, ""), 1.0)
            self._parts[relation, where] = min(_session.rows(self._connection, relation, where) / all_rows, 1.0)
        return self._parts[relation, where]

    def _base(self, statement: str, settings: tuple[tuple[str, str], ...]) -> _Base:
        if (statement, settings) not in self._bases:
            self.asked += 1
            way = asking.Way(analyze=False, timeout_ms=_session.TIMEOUT_MS, settings=(*_ALONE, *settings))
            plan = asking.explain(self._connection, statement, way)
            with looking(self._connection):
                seen = Seen(account=account(plan), surroundings=reader.read(self._connection, plan))
            self._bases[statement, settings] = _Base(plan=plan, scans=tuple(_scans(seen)))
        return self._bases[statement, settings]


def _scans(seen: Seen) -> Iterable[tuple[Node, _tables.Table]]:
    for node in seen.plan.nodes:
        relation, top = seen.relation(node), _partitions.top(seen, node)
        if node.type in _SCANS and relation is not None and top is not None:
            yield node, replace(_tables.table(seen, node, relation), relation=(top.schema, top.name))
