"""The search: which of the candidates to take within a budget.

It begins as Extend does (Schlosser, Kossmann, Boissier, ICDE 2019): of all single steps, an index more or an index made
longer, always the one that saves most for its bytes. That finds the small helpers first and may fill the budget with
them; so a second search comes from the other side, from all that the statements would like best, and gives up what is
missed least. The better result is improved by exchanging one index at a time. Nothing in it is left to chance, and
whenever it is stopped it has a result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...whatif.proposed import Proposed
from .costs import Costs, Set

LEAST_GAIN = 0.002
"""What one step has to save, of what the workload costs now: less is not worth an index. Extend stops at 0.3 %."""
_PAGE = 8192


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much may be used: `bytes` of new indexes, `writing` as a part of what the workload costs now, `seconds`; and
    the `gain` that each index has to bring by itself, as such a part."""

    bytes: float = float("inf")
    writing: float = float("inf")
    seconds: float = float("inf")
    gain: float = LEAST_GAIN


@dataclass(frozen=True, kw_only=True)
class Step:
    """How far the search is: what was found until now. `total` is the cost of the workload, 1 before."""

    phase: str
    total: float
    bytes: int


@dataclass(frozen=True, kw_only=True)
class _Move:
    """From one set to another: `gone` is taken away and `come` added."""

    gone: Set
    come: Set


class Search:
    """One search among the candidates that `costs` was offered. `tell` is called with each step; `finished` says
    whether it came to its end in time."""

    def __init__(
        self,
        costs: Costs,
        limits: Limits,
        *,
        tell: Callable[[Step], None] = lambda _: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.costs = costs
        self.limits = limits
        self._tell = tell
        self._now = now
        self._began = now()
        self.finished = True
        self._pool = tuple(costs.sizes)
        self._longer: dict[Proposed, tuple[Proposed, ...]] = {}
        self._shorter: dict[Proposed, tuple[Proposed, ...]] = {}
        for index in self._pool:
            alike = [each for each in self._pool if each.relation == index.relation]
            self._longer[index] = tuple(each for each in alike if index.begins(each))
            self._shorter[index] = tuple(each for each in alike if each.begins(index))

    def best(self) -> Set:
        """The best set within the limits that was found; it holds the indexes that are there."""
        grown = self.improve(self.grow(self.costs.now))
        shrunk = self.improve(self.shrink())
        return min(grown, shrunk, key=self._rank)

    def fits(self, indexes: Set) -> bool:
        """Whether a set is within the limits."""
        if self.costs.bytes(indexes) > self.limits.bytes:
            return False
        return self.limits.writing == float("inf") or self.costs.writing(indexes) <= self.limits.writing

    def grow(self, indexes: Set) -> Set:
        """Takes the step that saves most for its bytes until none is worth it or fits.

        A step is weighed anew only when it could be the best one: what it saved for its bytes when it was weighed last
        is, as a rule, the most that it saves now. Before the end all of them are weighed once more, because two indexes
        may be worth together what neither is alone.
        """
        hopes: dict[_Move, float] = {}
        thorough = False
        while not self._is_over():
            moves = sorted(self._steps(indexes), key=lambda move: -hopes.get(move, float("inf")))
            best = self._best_step(indexes, moves, {} if thorough else hopes, hopes)
            if best is None and thorough:
                break
            if best is None:
                thorough = True
                continue
            indexes, thorough = self._moved(indexes, best), False
            self._say("grow", indexes)
        return indexes

    def _best_step(
        self, indexes: Set, moves: list[_Move], hopes: dict[_Move, float], told: dict[_Move, float]
    ) -> _Move | None:
        """The step with the greatest gain for its bytes; `told` is given what each was found to save for them."""
        total, size = self.costs.total(indexes), self.costs.bytes(indexes)
        best: tuple[float, _Move] | None = None
        for move in moves:
            if best is not None and hopes.get(move, float("inf")) <= best[0]:
                break
            changed = self._moved(indexes, move)
            if not self.fits(changed):
                continue
            gain = total - self.costs.total(changed)
            told[move] = rate = gain / max(self.costs.bytes(changed) - size, _PAGE) if gain >= LEAST_GAIN else 0.0
            if rate > 0 and (best is None or rate > best[0]):
                best = (rate, move)
            if self._is_over():
                break
        return best[1] if best is not None else None

    def shrink(self) -> Set:
        """Begins with what every statement would like best, and gives up what is missed least until it fits."""
        indexes = self.costs.now
        for number in range(len(self.costs.cases)):
            everything = self.costs.now
            for index in self._pool:
                if index in self.costs.cases[number].candidate_set:
                    everything |= self.costs.bit(index)
            indexes |= self.costs.used(number, everything)
        while not self.fits(indexes) and not self._is_over():
            moves = self._least_missed(indexes)
            if not moves:
                break
            for move in moves:
                if not self.fits(indexes):
                    indexes = self._moved(indexes, move)
            self._say("shrink", indexes)
        return indexes if self.fits(indexes) else self.costs.now

    def _least_missed(self, indexes: Set) -> list[_Move]:
        """What is missed least for its bytes, one move for each table, the least missed first."""
        total, size = self.costs.total(indexes), self.costs.bytes(indexes)
        best: dict[tuple[str, str], tuple[float, _Move]] = {}
        for table, move in self._smaller(indexes):
            changed = self._moved(indexes, move)
            less = size - self.costs.bytes(changed)
            if less > 0:
                rate = (self.costs.total(changed) - total) / less
                if table not in best or rate < best[table][0]:
                    best[table] = (rate, move)
        return [move for _, move in sorted(best.values(), key=lambda each: each[0])[: len(best) // 2 + 1]]

    def improve(self, indexes: Set) -> Set:
        """Exchanges, adds or takes away one index at a time as long as that makes the whole cheaper."""
        while not self._is_over():
            total = self.costs.total(indexes)
            best: tuple[float, Set] | None = None
            for move in self._neighbours(indexes):
                changed = self._moved(indexes, move)
                least = LEAST_GAIN if best is None else total - best[0]
                if not self.fits(changed) or total - self._at_least(indexes, changed, total) < least:
                    continue
                after = self.costs.total(changed)
                if total - after >= LEAST_GAIN and (best is None or after < best[0]):
                    best = (after, changed)
                if self._is_over():
                    break
            if best is None:
                break
            indexes = best[1]
            self._say("improve", indexes)
        return self.tidy(indexes)

    def tidy(self, indexes: Set) -> Set:
        """Takes away, one by one, what is missed least, as long as that is less than each index has to bring."""
        while new := self.costs.new(indexes):
            total = self.costs.total(indexes)
            less = {index: indexes & ~self.costs.bit(index) for index in new}
            least = min(new, key=lambda index: (self.costs.total(less[index]), -self.costs.sizes[index], index))
            if self.costs.total(less[least]) - total >= self.limits.gain:
                break
            indexes = less[least]
        return indexes

    def _at_least(self, before: Set, after: Set, total: float) -> float:
        """What the workload costs at least after a move, without asking the planner."""
        least = total - self.costs.writing(before) + self.costs.writing(after)
        for number in self.costs.touched(before ^ after):
            weight = self.costs.cases[number].weight
            least -= weight * (self.costs.ratio(number, before) - self.costs.floor(number, after))
        return least

    def _steps(self, indexes: Set) -> Iterator[_Move]:
        """One index more, or one of the chosen made longer."""
        for index in self._pool:
            bit = self.costs.bit(index)
            if indexes & bit:
                continue
            shorter = [each for each in map(self.costs.bit, self._shorter[index]) if each & indexes]
            for gone in shorter:
                yield _Move(gone=gone, come=bit)
            if not any(self.costs.bit(each) & indexes for each in self._longer[index]):
                yield _Move(gone=0, come=bit)

    def _smaller(self, indexes: Set) -> Iterator[tuple[tuple[str, str], _Move]]:
        """One index less, one made shorter, or two made one; each with its table."""
        chosen = self.costs.new(indexes)
        for index in chosen:
            gone, table = self.costs.bit(index), index.relation
            yield table, _Move(gone=gone, come=0)
            for other in self._shorter[index]:
                if not self.costs.bit(other) & indexes:
                    yield table, _Move(gone=gone, come=self.costs.bit(other))
            for other in chosen:
                if other.relation == table and other is not index:
                    for merged in self._longer[index]:
                        if _holds(merged, other):
                            both = gone | self.costs.bit(other)
                            yield table, _Move(gone=both, come=self.costs.bit(merged) & ~indexes)

    def _neighbours(self, indexes: Set) -> Iterator[_Move]:
        yield from self._steps(indexes)
        for index in self.costs.new(indexes):
            gone = self.costs.bit(index)
            yield _Move(gone=gone, come=0)
            for other in self._pool:
                if other.relation == index.relation and not self.costs.bit(other) & indexes:
                    yield _Move(gone=gone, come=self.costs.bit(other))

    def _moved(self, indexes: Set, move: _Move) -> Set:
        return indexes & ~move.gone | move.come

    def _rank(self, indexes: Set) -> tuple[float, int, list[Proposed]]:
        return round(self.costs.total(indexes), 9), self.costs.bytes(indexes), sorted(self.costs.new(indexes))

    def _say(self, phase: str, indexes: Set) -> None:
        self._tell(Step(phase=phase, total=self.costs.total(indexes), bytes=self.costs.bytes(indexes)))

    def _is_over(self) -> bool:
        over = self._now() - self._began > self.limits.seconds
        self.finished = self.finished and not over
        return over


def _holds(wide: Proposed, other: Proposed) -> bool:
    """Whether an index has all columns of another one."""
    return {*other.keys, *other.include} <= {*wide.keys, *wide.include} and wide.where == other.where
