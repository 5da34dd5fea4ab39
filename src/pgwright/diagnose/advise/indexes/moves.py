"""The single steps of a search: from a set of indexes to one that differs little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...whatif.proposed import Proposed
from .costs import Costs
from .plans import Set


@dataclass(frozen=True, slots=True)
class Move:
    """From one set to another: `gone` is taken away and `come` added."""

    gone: Set
    come: Set

    def of(self, indexes: Set) -> Set:
        """The set after it."""
        return indexes & ~self.gone | self.come


class Moves:
    """The steps among the candidates of `costs`. `pool` is the set of all of them."""

    def __init__(self, costs: Costs) -> None:
        self._costs = costs
        self._bits = {index: costs.bit(index) for index in costs.sizes}
        tables: dict[tuple[str, str], list[Proposed]] = {}
        for index in self._bits:
            tables.setdefault(index.relation, []).append(index)
        self._longer: Mapping[Set, Set] = {
            bit: sum(self._bits[each] for each in tables[index.relation] if index.begins(each))
            for index, bit in self._bits.items()
        }
        self._shorter: Mapping[Set, Set] = {
            bit: sum(self._bits[each] for each in tables[index.relation] if each.begins(index))
            for index, bit in self._bits.items()
        }
        self.pool: Set = sum(self._bits.values())

    def further(self, indexes: Set) -> Iterator[Move]:
        """One index more, or one of the set made longer."""
        for bit in self._bits.values():
            if indexes & bit:
                continue
            for gone in _each(self._shorter[bit] & indexes):
                yield Move(gone, bit)
            if not self._longer[bit] & indexes:
                yield Move(0, bit)

    def around(self, indexes: Set) -> Iterator[Move]:
        """One index more, less, or another one in its place."""
        yield from self.further(indexes)
        for gone in _each(indexes & self.pool):
            yield Move(gone, 0)
            for come in self._bits.values():
                if not (indexes | self._shorter_of(come, gone)) & come:
                    yield Move(gone, come)

    def _shorter_of(self, come: Set, gone: Set) -> Set:
        """`come` itself where it is `gone` made longer: that is among the further ones already."""
        return come if self._shorter[come] & gone else 0


def _each(indexes: Set) -> Iterator[Set]:
    while indexes:
        lowest = indexes & -indexes
        yield lowest
        indexes ^= lowest
