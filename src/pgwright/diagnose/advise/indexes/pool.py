"""The candidates that are worth searching among: those that the planner would ever use, and what they are made of.

The rules give more than a search can weigh. So each statement is planned with all of its candidates, then without those
that it has used, and so on until it uses none, or until what is left would save next to nothing. What a plan saves is
the most that each index in it can save this statement; an index that promises too little to all of them together is no
use. Prefixes of what is left are kept, because a small budget wants short ones, and pairs of indexes of one table are
joined to one that serves both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ....sql.index_key import bare, columns
from ...whatif.proposed import Proposed
from ..candidates._making import LONGEST
from .cases import Case
from .costs import Costs

LEAST_GAIN = 0.002
"""What one step has to save, of what the workload costs now: less is not worth an index. Extend stops at 0.3 %."""
_ROUNDS = 6
"""How often the better ones are taken away. What comes up later saves less than a fifth of the first (TPC-H,
TPC-DS)."""


def heaviest(cases: Sequence[Case]) -> list[Case]:
    """The cases that matter, the heaviest first: all that are left out are together not worth an index."""
    found, rest = list[Case](), sum(case.weight for case in cases)
    for case in sorted(cases, key=lambda each: (-each.weight, each.number)):
        if rest < LEAST_GAIN:
            break
        found.append(case)
        rest -= case.weight
    return found


def useful(costs: Costs, is_over: Callable[[], bool] = lambda: False) -> tuple[list[Proposed], list[Proposed]]:
    """The candidates that plans use and that promise enough, those of the heaviest statements first: those that they
    like best, and the others."""
    best: dict[Proposed, None] = {}
    promised: dict[Proposed, float] = {}
    for case in heaviest(costs.cases):
        if is_over():
            break
        left = costs.now
        for index in case.candidates:
            left |= costs.bit(index) if index in costs.sizes else 0
        for turn in range(_ROUNDS):
            used = costs.used(case.number, left) & ~costs.now
            saved = case.weight * (1 - costs.ratio(case.number, left))
            if not used or saved < LEAST_GAIN / 20:
                break
            for index in costs.new(used):
                promised[index] = promised.get(index, 0.0) + saved
                if not turn:
                    best.setdefault(index)
            left &= ~used
    enough = {index: None for index, saved in promised.items() if saved >= LEAST_GAIN}
    return [index for index in best if index in enough], [index for index in enough if index not in best]


def shorter(indexes: Iterable[Proposed]) -> Iterator[Proposed]:
    """The beginnings of indexes, without what they hold besides."""
    for index in indexes:
        if index.include:
            yield replace(index, include=())
        for length in range(1, len(index.keys)):
            yield replace(index, keys=index.keys[:length], include=())


def merged(indexes: Sequence[Proposed]) -> Iterator[Proposed]:
    """For two indexes of one table that begin alike one that begins as the first and holds what the second has."""
    for one in indexes:
        for other in indexes:
            alike = one.relation == other.relation and one.method == other.method == "btree"
            if one is other or not alike or bare(one.keys[0]) != bare(other.keys[0]):
                continue
            where = one.where if one.where == other.where else ""
            have = {bare(key) for key in one.keys}
            keys = (*one.keys, *(key for key in other.keys if bare(key) not in have))
            include = tuple(sorted({*one.include, *other.include} - columns(keys)))
            if len(keys) <= LONGEST:
                yield replace(one, keys=keys, include=include, where=where)
