"""A planner without a server: each statement is one table with columns that are compared, and its cost is what the best
index leaves of it. For tests of the search, which must ask a planner and believe it.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from pgwright.diagnose.advise.access import Access, Key
from pgwright.diagnose.advise.indexes.cases import Case, weights
from pgwright.diagnose.query_plan.model import QueryPlan
from pgwright.diagnose.surroundings import Relation
from pgwright.diagnose.whatif.planner import Existing, Guessed, Index, Planned
from pgwright.diagnose.whatif.proposed import Proposed

COLUMNS = ("a", "b", "c", "d")
_FULL = 1000.0


def index(table: str, *keys: str, include: tuple[str, ...] = ()) -> Proposed:
    """An index on `public.table`."""
    return Proposed(schema="public", table=table, keys=keys, include=include)


class Imagined:
    """A planner over statements `table:column,column`: an index leaves a fifth of the cost for each of its first keys
    that the statement compares, and half of that when it has all columns. Asking is counted."""

    tier = "imagined"
    notes: tuple[str, ...] = ()

    def __init__(self, sizes: Mapping[Proposed, int], existing: Mapping[Existing, Proposed] | None = None) -> None:
        self._sizes = sizes
        self._existing = existing or {}
        self.asked = 0

    def offer(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, int]:
        """The sizes."""
        return {each: self._sizes.get(each, size(each)) for each in indexes}

    def cost(self, statement: str, shown: Collection[Proposed], hidden: Collection[Existing] = ()) -> Planned:
        """The best one index."""
        self.asked += 1
        table, _, compared = statement.partition(":")
        there: dict[Index, Proposed] = {each: each for each in shown}
        there |= {each: what for each, what in self._existing.items() if each not in hidden}
        best: tuple[float, str, Index | None] = (_FULL, "", None)
        for each, what in there.items():
            if what.table == table and (left := _left(what, compared.split(","))) < _FULL:
                best = min(best, (left, what.sql, each), key=lambda found: found[:2])
        return Planned(cost=best[0], used=frozenset([best[2]] if best[2] is not None else []))

    def plan(
        self,
        statement: str,
        shown: Collection[Proposed] = (),
        hidden: Collection[Existing] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> QueryPlan:
        """No search asks for it."""
        raise NotImplementedError

    def statistics(self, sql: str) -> AbstractContextManager[None]:
        """No search makes any."""
        raise NotImplementedError

    def analyzed(
        self, indexes: Iterable[Proposed], *, seconds: float = 0.0
    ) -> AbstractContextManager[tuple[Guessed, ...]]:
        """No search asks for it."""
        raise NotImplementedError

    def parts(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
        """None is partial."""
        return {}

    def existing(self) -> Mapping[Existing, tuple[str, str]]:
        """Those that were given."""
        return {each: what.relation for each, what in self._existing.items()}


def _left(what: Proposed, compared: Sequence[str]) -> float:
    left = _FULL
    for key in what.keys:
        if key not in compared:
            break
        left /= 5
    covers = left < _FULL and set(compared) <= {*what.keys, *what.include}
    return left / 2 if covers else left


def size(each: Proposed) -> int:
    """A megabyte for a key, and for each further column."""
    return (1 + len(each.keys) + len(each.include)) << 20


def workload(seed: int, *, statements: int = 12, tables: int = 3) -> list[Case]:
    """Statements drawn with this seed, with the single columns, pairs and triples that could serve them."""
    drawn = random.Random(seed)
    found = []
    parts = weights([drawn.random() ** 3 for _ in range(statements)])
    for number in range(statements):
        table = f"t{drawn.randrange(tables)}"
        compared = drawn.sample(COLUMNS, drawn.randint(1, 3))
        found.append(case(number, table, compared, parts[number]))
    return found


def case(number: int, table: str, compared: Sequence[str], weight: float) -> Case:
    """One statement that compares columns of one table."""
    singles = [index(table, each) for each in compared]
    pairs = [index(table, one, two) for one in compared for two in compared if one != two]
    covering = [index(table, one, include=tuple(sorted(set(compared) - {one}))) for one in compared if compared[1:]]
    keys = tuple(Key(sql=each, share=0.1) for each in compared)
    relation = Relation(
        schema="public", name=table, kind="r", rows=1e6, pages=10_000, visible=1.0, live=0, dead=0, modified=0,
        analyzed=None, columns=(), indexes=(),
    )  # fmt: skip
    access = Access(
        relation=relation, alias=table, equal=keys, joined=(), bounded=(), alternatives=(), orders=(), grouped=(),
        clauses=(), needed=frozenset(compared), fixed=frozenset(),
    )  # fmt: skip
    return Case(
        number=number,
        text=f"{table}:{','.join(compared)}",
        texts=(f"{table}:{','.join(compared)}",),
        calls=1,
        weight=weight,
        cost=_FULL,
        accesses=(access,),
        candidates=tuple(dict.fromkeys([*singles, *pairs, *covering])),
    )
