"""The candidates that are worth searching among: those that the planner would ever use, and what they are made of.

The rules give more than a search can weigh. So each statement is planned with all of its candidates, then without those
that it has used, and so on until it uses none: what was never used with all better ones gone is of no use. Prefixes of
what is left are kept, because a small budget wants short ones, and pairs of indexes of one table are joined to one that
serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...whatif.keys import bare, columns
from ...whatif.proposed import Proposed
from ..candidates._making import LONGEST
from .costs import Costs

_ROUNDS = 6
"""How often the better ones are taken away. What comes up later saves less than a fifth of the first (TPC-H,
TPC-DS)."""


def useful(costs: Costs) -> tuple[list[Proposed], list[Proposed]]:
    """The candidates that plans use, those of the heaviest statements first: those that they like best, and the
    others."""
    best: dict[Proposed, None] = {}
    others: dict[Proposed, None] = {}
    for number in sorted(range(len(costs.cases)), key=lambda each: (-costs.cases[each].weight, each)):
        left = costs.now
        for index in costs.cases[number].candidates:
            left |= costs.bit(index) if index in costs.sizes else 0
        for turn in range(_ROUNDS):
            used = costs.used(number, left) & ~costs.now
            if not used:
                break
            (others if turn else best).update(dict.fromkeys(costs.new(used)))
            left &= ~used
    return list(best), [index for index in others if index not in best]


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
