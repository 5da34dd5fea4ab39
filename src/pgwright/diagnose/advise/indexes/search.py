"""The search: which of the candidates to take within a budget.

It begins with what the plans that are known already promise (`recombine`), so that there is a result early. Then it
goes as Extend does (Schlosser, Kossmann, Boissier, ICDE 2019): of all single steps, an index more or an index made
longer, always the one that saves most for its bytes. Both results are improved in turns: by the best exchange of one
index, which the planner is asked about, and by recombining all that it has said.

A step is weighed only when it could be the best one: what a plan with more indexes costs is the most that a step can
save, and one plan with all candidates of a statement says so of all of them. Nothing is left to chance, and whenever
the search is stopped it has a result.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from ...whatif.proposed import Proposed
from .costs import Costs
from .moves import Move, Moves
from .plans import Set
from .pool import LEAST_GAIN
from .recombine import Recombine

_PAGE = 8192
_POWERS = (1.0, 0.5, 0.0)
"""How much bytes count in what is taken first: fully, where space is short; not at all, where there is enough."""


class _Stage(IntEnum):
    """What is known of a move."""

    HOPED = 0
    BOUNDED = 1
    KNOWN = 2


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


class Search:
    """One search among the candidates that `costs` was offered. `tell` is called with each step; `finished` says
    whether it came to its end in time, which is counted from `began` on (by the clock `now`)."""

    def __init__(
        self,
        costs: Costs,
        limits: Limits,
        *,
        tell: Callable[[Step], None] = lambda _: None,
        now: Callable[[], float] = time.monotonic,
        began: float | None = None,
    ) -> None:
        self.costs = costs
        self.limits = limits
        self._tell = tell
        self._now = now
        self._began = now() if began is None else began
        self.finished = True
        self._moves = Moves(costs)

    def best(self) -> Set:
        """The best set within the limits that was found; it holds the indexes that are there."""
        starts = [self._recombine().filled(self.costs.now, power=power) for power in _POWERS]
        best = min((self.costs.now, *starts), key=self._rank)
        self._say("begin", best)
        grown = self.grow(self.costs.now)
        ends = [self.polish(each) for each in dict.fromkeys((grown, best))]
        ends.append(self.polish(self._thinned()))
        return self.tidy(min((*ends, best), key=self._rank))

    def polish(self, indexes: Set) -> Set:
        """Improves a set by exchanges and by recombination, in turns, until neither finds anything."""
        while not self._is_over():
            other = self._recombine().better(indexes)
            if self.costs.total(other) < self.costs.total(indexes):
                indexes = other
                self._say("recombine", indexes)
            better = self.improve(indexes)
            if better == indexes:
                break
            indexes = better
        return indexes

    def fits(self, indexes: Set) -> bool:
        """Whether a set is within the limits."""
        if self.costs.bytes(indexes) > self.limits.bytes:
            return False
        return self.limits.writing == float("inf") or self.costs.writing(indexes) <= self.limits.writing

    def grow(self, indexes: Set) -> Set:
        """Takes the step that saves most for its bytes until none is worth it or fits."""
        while not self._is_over():
            size = self.costs.bytes(indexes)

            def rate(changed: Set, gain: float, size: int = size) -> float:
                return gain / max(self.costs.bytes(changed) - size, _PAGE)

            best = self._best(indexes, self._moves.further(indexes), rate)
            if best is None:
                break
            indexes = best
            self._say("grow", indexes)
        return indexes

    def improve(self, indexes: Set) -> Set:
        """Exchanges, adds or takes away one index at a time as long as that makes the whole cheaper."""
        while not self._is_over():
            best = self._best(indexes, self._moves.around(indexes), lambda _, gain: gain)
            if best is None:
                break
            indexes = best
            self._say("improve", indexes)
        return indexes

    def _best(self, indexes: Set, moves: Iterable[Move], worth: Callable[[Set, float], float]) -> Set | None:
        """The set after the move that is worth most; None where none saves enough.

        Each move has the most that it can be worth, first by plans with more indexes, then by plans for what it takes
        away, at last the truth; always the one that promises most is looked at next.
        """
        self._probe(indexes, range(len(self.costs.cases)))
        total = self.costs.total(indexes)
        queue: list[tuple[float, int, _Stage, Move]] = []

        def put(number: int, stage: _Stage, move: Move, gain: float) -> None:
            if gain >= LEAST_GAIN:
                heapq.heappush(queue, (-worth(move.of(indexes), gain), number, stage, move))

        for number, move in enumerate(moves):
            if self.fits(move.of(indexes)):
                put(number, _Stage.HOPED, move, total - self._at_least(indexes, move.of(indexes), total))
        while queue:
            _, number, stage, move = heapq.heappop(queue)
            after = move.of(indexes)
            if stage is _Stage.KNOWN:
                return after
            if self._is_over():
                break
            if stage is _Stage.HOPED and move.gone:
                self._probe(indexes & ~move.gone, self.costs.touched(move.gone))
                put(number, _Stage.BOUNDED, move, total - self._at_least(indexes, after, total))
            else:
                put(number, _Stage.KNOWN, move, total - self.costs.total(after))
        return None

    def _probe(self, indexes: Set, numbers: Iterable[int]) -> None:
        for number in numbers:
            if self._is_over():
                break
            self.costs.probe(number, indexes, self._moves.pool, least=LEAST_GAIN / 4)

    def _thinned(self) -> Set:
        """What would be best without limits, and of that what is missed most within them."""
        everything = self._recombine(Limits()).filled(self.costs.now, power=0.0)
        return self._recombine().thinned(everything)

    def _recombine(self, limits: Limits | None = None) -> Recombine:
        limits = limits or self.limits
        return Recombine(
            self.costs,
            self._moves.pool,
            space=limits.bytes,
            writing=limits.writing,
            least=LEAST_GAIN,
            is_over=self._is_over,
        )

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

    def _rank(self, indexes: Set) -> tuple[float, int, list[Proposed]]:
        return round(self.costs.total(indexes), 9), self.costs.bytes(indexes), sorted(self.costs.new(indexes))

    def _say(self, phase: str, indexes: Set) -> None:
        self._tell(Step(phase=phase, total=self.costs.total(indexes), bytes=self.costs.bytes(indexes)))

    def _is_over(self) -> bool:
        over = self._now() - self._began > self.limits.seconds
        self.finished = self.finished and not over
        return over
