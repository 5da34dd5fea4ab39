"""Better sets out of plans that are known, without a question to the planner.

Each plan says: with these indexes, or more, this statement costs at most so much. So for any set there is a price that
is never too low, and a whole search takes less time than some plans. It takes indexes by what plans use together: two
that help only as a pair are found as one step. Then it gives up one index of the result, or two, fills the space anew,
and keeps what is better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from .costs import Costs
from .plans import Set

_PAGE = 8192
_CHEAP = 8
"""Of so many indexes all pairs are given up."""


class Recombine:
    """One search over the plans that `costs` knows now, for sets of at most `space` bytes whose upkeep is at most
    `writing`. `least` is what a step has to save."""

    def __init__(
        self,
        costs: Costs,
        pool: Set,
        *,
        space: float,
        writing: float,
        least: float,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._costs = costs
        self._space = space
        self._writing = writing
        self._least = least
        self._is_over = is_over
        self._prices: list[dict[Set, float]] = [{} for _ in costs.cases]
        self._plans: list[list[list[tuple[Set, float]]]] = []
        self._seen: list[Set] = []
        self._sizes: dict[Set, int] = {}
        for number in range(len(costs.cases)):
            known = [_worth_knowing(plans, pool | costs.now) for plans in costs.plans(number)]
            self._plans.append(known)
            self._seen.append(_union(used for plans in known for used, _ in plans))
        together = {used & pool for known in self._plans for plans in known for used, _ in plans}
        self._groups = sorted(together - {0})
        self._weights = [case.weight for case in costs.cases]
        self._touched = {
            group: sum(1 << number for number, seen in enumerate(self._seen) if seen & group) for group in self._groups
        }

    def price(self, indexes: Set) -> float:
        """What the workload costs at most with a set; 1 is what it costs now."""
        prices = (case.weight * self._price(number, indexes) for number, case in enumerate(self._costs.cases))
        return sum(prices) + self._costs.writing(indexes)

    def filled(self, indexes: Set, *, power: float = 1.0, saved: Mapping[Set, float] | None = None) -> Set:
        """A set with what saves most for its bytes (to the `power`: 0 for what saves most) until nothing fits. `saved`
        is what each group saves beside the set, where that is known."""
        hopes = {each: self._saved(indexes, each) for each in self._groups} if saved is None else dict(saved)
        while not self._is_over():
            best = self._best(indexes, hopes, power)
            if not best:
                break
            indexes |= best
        return indexes

    def thinned(self, indexes: Set) -> Set:
        """A set without what is missed least for its bytes, one after the other, until the rest is within the limits."""
        while new := self._costs.new(indexes):
            if self._costs.bytes(indexes) <= self._space and self._is_kept_up(indexes):
                break
            bits = {index: self._costs.bit(index) for index in new}
            missed = {index: self._saved(indexes & ~bit, bit) / self._costs.sizes[index] for index, bit in bits.items()}
            indexes &= ~bits[min(new, key=lambda index: (missed[index], index))]
        return indexes

    def better(self, indexes: Set) -> Set:
        """The best set that is found from this one on."""
        best, price, saved = indexes, self.price(indexes), self._beside(indexes, 0, {})
        found = True
        while found and not self._is_over():
            found = False
            for gone in self._given_up(best):
                if gone & ~best:
                    continue
                left = self._trimmed(best & ~gone)
                changed = self.filled(left, saved=self._beside(left, best, saved))
                if (now := self.price(changed)) < price - self._least / 4:
                    best, price, found = changed, now, True
                    saved = self._beside(best, 0, {})
        return best

    def _given_up(self, indexes: Set) -> Iterator[Set]:
        """What is taken away to make space: nothing, each index, and pairs of those that are missed least for their
        bytes or are of one table, where each may be what the other one is missed for."""
        new = self._costs.new(indexes)
        bits = {index: self._costs.bit(index) for index in new}
        missed = {index: self._saved(indexes & ~bit, bit) / self._costs.sizes[index] for index, bit in bits.items()}
        yield 0
        yield from bits.values()
        cheap = sorted(new, key=lambda index: (missed[index], index))[:_CHEAP]
        for one, other in combinations(new, 2):
            if one.relation == other.relation or (one in cheap and other in cheap):
                yield bits[one] | bits[other]

    def _trimmed(self, indexes: Set) -> Set:
        """Without what no statement misses."""
        for index in self._costs.new(indexes):
            without = indexes & ~self._costs.bit(index)
            if self._saved(without, self._costs.bit(index)) <= 0:
                indexes = without
        return indexes

    def _beside(self, indexes: Set, other: Set, saved: Mapping[Set, float]) -> dict[Set, float]:
        """What each group saves beside a set, where `saved` is what each saves beside another one: a statement that
        costs the same with both is not reckoned anew."""
        changed = 0
        for number in range(len(self._plans)):
            if not saved or self._price(number, indexes) != self._price(number, other):
                changed |= 1 << number
        return {
            each: self._saved(indexes, each) if self._touched[each] & changed else saved[each] for each in self._groups
        }

    def _best(self, indexes: Set, hopes: dict[Set, float], power: float) -> Set:
        """The group that saves most for its bytes. `hopes` is what each saved when it was weighed last, as a rule the
        most that it saves now; what saves too little is taken out of it."""
        free = self._space - self._costs.bytes(indexes)
        rates = {}
        for group, hope in hopes.items():
            size = self._bytes(group & ~indexes)
            if hope >= self._least and 0 < size <= free:
                rates[group] = max(size, _PAGE) ** power
        best, most = 0, 0.0
        for group in sorted(rates, key=lambda each: (-hopes[each] / rates[each], each)):
            if hopes[group] / rates[group] <= most:
                break
            if self._is_kept_up(indexes | group):
                hopes[group] = saved = self._saved(indexes, group)
                if saved >= self._least and saved / rates[group] > most:
                    best, most = group, saved / rates[group]
        return best

    def _saved(self, indexes: Set, group: Set) -> float:
        """What a group saves beside a set."""
        more = indexes | group
        saved = self._costs.writing(indexes) - self._costs.writing(more)
        for number, seen in enumerate(self._seen):
            if seen & group:
                saved += self._weights[number] * (self._price(number, indexes) - self._price(number, more))
        return saved

    def _bytes(self, group: Set) -> int:
        found = self._sizes.get(group)
        if found is None:
            found = self._sizes[group] = self._costs.bytes(group)
        return found

    def _is_kept_up(self, indexes: Set) -> bool:
        return self._writing == float("inf") or self._costs.writing(indexes) <= self._writing

    def _price(self, number: int, indexes: Set) -> float:
        seen = indexes & self._seen[number]
        found = self._prices[number].get(seen)
        if found is None:
            plans = self._plans[number]
            found = sum(_least(each, seen) for each in plans) / len(plans)
            self._prices[number][seen] = found
        return found


def _worth_knowing(plans: Iterable[tuple[Set, float]], allowed: Set) -> list[tuple[Set, float]]:
    """The cheapest plan for each set of used indexes, the cheapest first, without those that use more than a cheaper
    one."""
    kept: list[tuple[Set, float]] = []
    for used, cost in sorted(plans, key=lambda each: (each[1], each[0].bit_count())):
        if used & ~allowed == 0 and not any(other & ~used == 0 for other, _ in kept):
            kept.append((used, cost))
    return kept


def _least(plans: Sequence[tuple[Set, float]], seen: Set) -> float:
    for used, cost in plans:
        if used & ~seen == 0:
            return cost
    return float("inf")


def _union(sets: Iterable[Set]) -> Set:
    found = 0
    for each in sets:
        found |= each
    return found
