"""What a set of indexes costs the workload, asked of the planner as seldom as possible.

Most questions of a search are answered by plans that were made before: see `plans`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from ....base.errors import StepFailed
from ...whatif.planner import Existing, Index, Planner
from ...whatif.proposed import Proposed
from .cases import Case
from .plans import Plan, Plans, Set

_NEVER = float("inf")
_TOO_LONG = "57014"
"""SQLSTATE of a statement that statement_timeout ended."""


class Costs:
    """The costs of the cases of one workload under any set of indexes, relative to what is there now.

    `now` is the set of those that are there. `upkeep` gives what a set of new indexes costs the statements that
    write; without it nobody writes.
    """

    def __init__(
        self,
        planner: Planner,
        cases: Sequence[Case],
        *,
        upkeep: Callable[[Sequence[Proposed]], float] | None = None,
    ) -> None:
        self.planner = planner
        self.cases = tuple(cases)
        self.sizes: dict[Proposed, int] = {}
        self._upkeep = upkeep
        self._upkeeps: dict[Set, float] = {}
        self._indexes: list[Index] = []
        self._bits: dict[Index, Set] = {}
        self._relevant = [0] * len(self.cases)
        self._known = [[Plans() for _ in case.texts] for case in self.cases]
        self._ratios: list[dict[Set, float]] = [{} for _ in self.cases]
        for index, table in planner.existing().items():
            self._number(index, [table in case.tables for case in self.cases])
        self.now: Set = (1 << len(self._indexes)) - 1
        self._base = [self.cost(number, self.now) for number in range(len(self.cases))]

    def offer(self, indexes: Mapping[Proposed, int]) -> None:
        """Makes candidates known, each with its size in bytes."""
        for index, size in indexes.items():
            if index not in self._bits:
                self._number(index, [is_relevant(case, index) for case in self.cases])
                self.sizes[index] = size

    def restrict(self, indexes: Collection[Proposed]) -> None:
        """Forgets the candidates that are not among `indexes`: no search will take them."""
        self.sizes = {index: size for index, size in self.sizes.items() if index in indexes}

    def bit(self, index: Index) -> Set:
        """The set of this one index."""
        return self._bits[index]

    def members(self, indexes: Set) -> Iterator[Index]:
        """The indexes of a set."""
        while indexes:
            lowest = indexes & -indexes
            yield self._indexes[lowest.bit_length() - 1]
            indexes ^= lowest

    def new(self, indexes: Set) -> list[Proposed]:
        """The indexes of a set that are not there yet."""
        return [each for each in self.members(indexes & ~self.now) if isinstance(each, Proposed)]

    def bytes(self, indexes: Set) -> int:
        """How much its new indexes take."""
        return sum(self.sizes[each] for each in self.new(indexes))

    def touched(self, indexes: Set) -> tuple[int, ...]:
        """The numbers of the cases that an index of the set can matter to."""
        return tuple(number for number, relevant in enumerate(self._relevant) if relevant & indexes)

    def cost(self, number: int, indexes: Set) -> float:
        """The planner's cost of a case: the mean over its sets of values."""
        seen, texts = indexes & self._relevant[number], len(self._known[number])
        return sum(self._plan(number, at, seen).cost for at in range(texts)) / texts

    def ratio(self, number: int, indexes: Set) -> float:
        """What a case costs with a set, as a part of what it costs now."""
        seen = indexes & self._relevant[number]
        found = self._ratios[number].get(seen)
        if found is None:
            base = self._base[number]
            found = self._ratios[number][seen] = self.cost(number, seen) / base if 0 < base < _NEVER else 1.0
        return found

    def used(self, number: int, indexes: Set) -> Set:
        """The indexes that the plans of a case use."""
        used = 0
        for at in range(len(self._known[number])):
            used |= self._plan(number, at, indexes & self._relevant[number]).used
        return used

    def reading(self, indexes: Set) -> float:
        """What all statements cost, as a part of what they cost now."""
        return sum(case.weight * self.ratio(number, indexes) for number, case in enumerate(self.cases))

    def writing(self, indexes: Set) -> float:
        """What the upkeep of the new indexes costs, as a part of what all statements cost now."""
        if self._upkeep is None:
            return 0.0
        new = indexes & ~self.now
        if new not in self._upkeeps:
            self._upkeeps[new] = self._upkeep(self.new(new))
        return self._upkeeps[new]

    def total(self, indexes: Set) -> float:
        """What the workload costs; 1 is what it costs now."""
        return self.reading(indexes) + self.writing(indexes)

    def floor(self, number: int, indexes: Set) -> float:
        """What a case costs at least with any part of a set, as far as plans with more indexes tell."""
        seen, base = indexes & self._relevant[number], self._base[number]
        if not 0 < base < _NEVER:
            return 1.0
        return sum(each.floor(seen) for each in self._known[number]) / len(self._known[number]) / base

    def probe(self, number: int, indexes: Set, more: Set, *, least: float = 0.0) -> None:
        """Learns what `more` indexes would be worth to a case beside a set, in a few plans: one with all of them, one
        without those that it uses, and so on until they save less than `least` of the workload. What no plan used is
        worth nothing, of the others the floor is known."""
        seen = indexes & self._relevant[number]
        more &= self._relevant[number] & ~seen
        if not more or not 0 < self._base[number] < _NEVER:
            return
        enough = self.ratio(number, seen) - least / max(self.cases[number].weight, 1e-9)
        for at in range(len(self._known[number])):
            rest = more
            while rest:
                found = self._plan(number, at, seen | rest)
                rest &= ~found.used
                if not found.used & more or found.cost / self._base[number] >= enough:
                    break

    def plans(self, number: int) -> Iterator[list[tuple[Set, float]]]:
        """For each set of values of a case the plans that are known: what they use, and what part of the cost of
        the case now they cost."""
        base = self._base[number]
        for known in self._known[number]:
            yield [(each.used, each.cost / base if 0 < base < _NEVER else 1.0) for each in known.plans]

    def _number(self, index: Index, relevant: Sequence[bool]) -> None:
        bit = 1 << len(self._indexes)
        self._indexes.append(index)
        self._bits[index] = bit
        for number, matters in enumerate(relevant):
            if matters:
                self._relevant[number] |= bit

    def _plan(self, number: int, at: int, seen: Set) -> Plan:
        known = self._known[number][at]
        found = known.find(seen)
        if found is None:
            found = self._ask(self.cases[number].texts[at], number, seen)
            known.add(found)
        return found

    def _ask(self, text: str, number: int, seen: Set) -> Plan:
        hidden = [
            each for each in self.members(self._relevant[number] & self.now & ~seen) if isinstance(each, Existing)
        ]
        try:
            planned = self.planner.cost(text, self.new(seen), hidden)
        except StepFailed as error:
            if error.sqlstate != _TOO_LONG:
                raise
            # A plan that takes longer to make than the time allowed for it is not one to count on.
            return Plan(used=seen, visible=seen, cost=_NEVER)
        used = 0
        for index in planned.used:
            used |= self._bits[index]
        return Plan(used=used & seen, visible=seen, cost=planned.cost)


def is_relevant(case: Case, index: Proposed) -> bool:
    """Whether an index can matter to a case: one of its own candidates, or one that begins with a key of its, or one
    that holds all that it needs of the table."""
    if index in case.candidate_set:
        return True
    return any(
        access.table == index.relation and (index.keys[0] in access.keys or access.is_covered(index))
        for access in case.accesses
    )
