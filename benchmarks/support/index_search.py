"""Other ways to choose indexes, each written from its published description, all on the same what-if as pgwright.

They get the columns that a plan compares, joins, sorts or reads, ask the same planner through the same `Costs`, and
weigh the plain sum of costs. So what differs is which indexes they think of and how they choose.

- `extend`: Schlosser, Kossmann, Boissier, ICDE 2019. Of all steps, one more index of a single column or one more column
  behind a chosen index, the one with the most benefit for its bytes, until it saves less than 0.3 %.
- `single_column`: the same with single columns only.
- `per_statement`: as Dexter does. For each statement the single columns and pairs that its plan uses when all are
  visible, where they save at least half of it; the union by benefit for its bytes until the space is full.
- `anytime`: as the Database Tuning Advisor does (Chaudhuri, Narasayya, 2020). The best of each statement and what two
  of them give when merged as prefixes, chosen greedily from every one of them as the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from pgwright.diagnose.advise.access import Access
from pgwright.diagnose.advise.indexes.cases import Case
from pgwright.diagnose.advise.indexes.costs import Costs
from pgwright.diagnose.advise.indexes.plans import Set
from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.sql import quote
from pgwright.sql.expression import columns
from pgwright.sql.index_key import bare

LEAST_IMPROVEMENT = 0.003
HALF = 0.5
SECONDS = 30.0
"""What `anytime` may take for its seeds; then it has what was found until then."""
_PAGE = 8192

Table = tuple[str, str]
Way = Callable[[Costs, float], Set]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as a key, with its table."""

    table: Table
    name: str

    @property
    def index(self) -> Proposed:
        """The index on it alone."""
        return Proposed(schema=self.table[0], table=self.table[1], keys=(quote.ident(self.name),))


def extend(width: int) -> Way:
    """Extend with indexes of at most `width` columns."""
    return lambda costs, space: _extended(costs, space, width)


def single_column(costs: Costs, space: float) -> Set:
    """Greedily by benefit for bytes among single columns."""
    return _extended(costs, space, 1)


def per_statement(costs: Costs, space: float) -> Set:
    """The union of what each statement likes best."""
    gains: dict[Proposed, float] = {}
    for case in costs.cases:
        made = _offered(costs, [index for keys in _orders(compared(case)) for index in keys])
        used = costs.used(case.number, costs.now | made) & ~costs.now
        ratio = costs.ratio(case.number, costs.now | used)
        if used and ratio <= HALF:
            for index in costs.new(used):
                gains[index] = gains.get(index, 0.0) + case.weight * (1 - ratio)
    chosen = costs.now
    for index in sorted(gains, key=lambda each: (-gains[each] / costs.sizes[each], each)):
        if costs.bytes(chosen | costs.bit(index)) <= space:
            chosen |= costs.bit(index)
    return chosen


def anytime(costs: Costs, space: float) -> Set:
    """Greedily from every seed among what statements like best and what comes of merging."""
    liked: dict[Proposed, None] = {}
    for case in costs.cases:
        made = _offered(costs, [index for keys in _orders(compared(case)) for index in keys])
        liked.update(dict.fromkeys(costs.new(costs.used(case.number, costs.now | made))))
    pool = [*liked, *_merged(list(liked))]
    made = _offered(costs, pool)
    pool = [index for index in dict.fromkeys(pool) if index in costs.sizes and costs.bit(index) & made]
    best = costs.now
    seeds = sorted(pool, key=lambda each: (costs.total(costs.now | costs.bit(each)), each))
    ends = time.monotonic() + SECONDS
    for seed in seeds:
        if costs.sizes[seed] <= space and time.monotonic() < ends:
            best = min(best, _greedy(costs, costs.now | costs.bit(seed), pool, space, ends), key=costs.total)
    return best


def compared(case: Case) -> dict[Table, tuple[str, ...]]:
    """For each table the columns that a statement compares, joins, groups or sorts by."""
    return _columns((access.table, (*_compared(access),)) for access in case.accesses)


def read(case: Case) -> dict[Table, tuple[str, ...]]:
    """For each table all columns that a statement needs."""
    return _columns((access.table, (*_compared(access), *(access.needed or ()))) for access in case.accesses)


def _compared(access: Access) -> set[str]:
    keys = (*access.equal, *access.joined, *access.bounded)
    ordered = {name.split(" ")[0].strip('"') for order in (*access.orders, access.grouped) for name in order}
    return {column for key in keys for column in columns(bare(key.sql))} | (ordered & (access.needed or frozenset()))


def _columns(found: Iterable[tuple[Table, Sequence[str]]]) -> dict[Table, tuple[str, ...]]:
    tables: dict[Table, set[str]] = {}
    for table, names in found:
        tables.setdefault(table, set()).update(names)
    return {table: tuple(sorted(names)) for table, names in sorted(tables.items())}


def _orders(tables: dict[Table, tuple[str, ...]]) -> Iterator[list[Proposed]]:
    """For each table the indexes on one column and on two in both orders."""
    for table, names in tables.items():
        ways = [keys for length in (1, 2) for keys in permutations(names, length)]
        yield [
            Proposed(schema=table[0], table=table[1], keys=tuple(quote.ident(name) for name in keys)) for keys in ways
        ]


def _extended(costs: Costs, space: float, width: int) -> Set:
    columns = [
        Column(table=table, name=name)
        for table, names in _columns(pair for case in costs.cases for pair in read(case).items()).items()
        for name in names
    ]
    chosen = costs.now
    while True:
        total, size = costs.total(chosen), costs.bytes(chosen)
        best: tuple[float, Set] | None = None
        steps = list(_steps(costs, chosen, columns, width))
        _offered(costs, [come for _, come in steps])
        for gone, come in steps:
            if come not in costs.sizes:
                continue
            changed = chosen & ~(costs.bit(gone) if gone else 0) | costs.bit(come)
            after = costs.total(changed) if changed != chosen and costs.bytes(changed) <= space else total
            if after >= total * (1 - LEAST_IMPROVEMENT):
                continue
            rate = (total - after) / max(costs.bytes(changed) - size, _PAGE)
            if best is None or rate > best[0]:
                best = (rate, changed)
        if best is None:
            return chosen
        chosen = best[1]


def _steps(
    costs: Costs, chosen: Set, columns: Sequence[Column], width: int
) -> Iterator[tuple[Proposed | None, Proposed]]:
    for column in columns:
        yield None, column.index
    for index in costs.new(chosen):
        for column in columns:
            key = column.index.keys[0]
            if column.table == index.relation and key not in index.keys and len(index.keys) < width:
                yield index, replace(index, keys=(*index.keys, key))


def _merged(indexes: Sequence[Proposed]) -> list[Proposed]:
    """For any two of one table the first with the columns of the second behind its own."""
    return [
        replace(one, keys=(*one.keys, *(key for key in other.keys if key not in one.keys)))
        for one in indexes
        for other in indexes
        if one.relation == other.relation and set(other.keys) - set(one.keys)
    ]


def _greedy(costs: Costs, chosen: Set, pool: Sequence[Proposed], space: float, ends: float) -> Set:
    while True:
        best, least = chosen, costs.total(chosen)
        for index in pool:
            changed = chosen | costs.bit(index)
            if costs.bytes(changed) <= space and (total := costs.total(changed)) < least:
                best, least = changed, total
            if time.monotonic() >= ends:
                return best
        if best == chosen:
            return chosen
        chosen = best


def _offered(costs: Costs, indexes: Sequence[Proposed]) -> Set:
    """Makes indexes known, and returns the set of those that there can be."""
    sizes = costs.planner.offer(indexes)
    costs.offer(sizes)
    made = 0
    for index in sizes:
        made |= costs.bit(index)
    return made
