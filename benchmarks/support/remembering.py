"""A planner that is asked each question once in a run, so that many ways can be compared; what a question took is
counted for each way that asks it."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from pgwright.base.errors import PgwrightError
from pgwright.diagnose.query_plan.model import QueryPlan
from pgwright.diagnose.whatif.planner import Existing, Guessed, Planned, Planner
from pgwright.diagnose.whatif.proposed import Proposed

Question = tuple[str, frozenset[Proposed], frozenset[Existing]]


class Remembering:
    """`planner` with a memory. `asked` are the questions since `begin`, and `saved` the seconds that they took when
    they were asked for the first time and do not take now."""

    def __init__(self, planner: Planner) -> None:
        self.tier = planner.tier
        self.asked = 0
        self.saved = 0.0
        self._planner = planner
        self._answers: dict[Question, tuple[Planned | PgwrightError, float]] = {}
        self._sizes: dict[Proposed, tuple[int | None, float]] = {}
        self._offered: set[Proposed] = set()

    @property
    def notes(self) -> tuple[str, ...]:
        """As the planner."""
        return self._planner.notes

    def begin(self) -> None:
        """Counts from zero, for another way."""
        self.asked, self.saved = 0, 0.0
        self._offered.clear()

    def offer(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, int]:
        """As the planner."""
        asked = list(dict.fromkeys(indexes))
        self.saved += sum(self._sizes[each][1] for each in {*asked} - self._offered if each in self._sizes)
        new = [each for each in asked if each not in self._sizes]
        if new:
            began = time.perf_counter()
            found = self._planner.offer(new)
            seconds = (time.perf_counter() - began) / len(new)
            self._sizes.update((each, (found.get(each), seconds)) for each in new)
        self._offered.update(asked)
        return {each: size for each in asked if (size := self._sizes[each][0]) is not None}

    def cost(self, statement: str, shown: Collection[Proposed], hidden: Collection[Existing] = ()) -> Planned:
        """As the planner."""
        self.asked += 1
        question = (statement, frozenset(shown), frozenset(hidden))
        if question in self._answers:
            answer, seconds = self._answers[question]
            self.saved += seconds
        else:
            began = time.perf_counter()
            try:
                answer = self._planner.cost(statement, shown, hidden)
            except PgwrightError as error:
                answer = error
            self._answers[question] = answer, time.perf_counter() - began
        if isinstance(answer, PgwrightError):
            raise answer
        return answer

    def plan(
        self,
        statement: str,
        shown: Collection[Proposed] = (),
        hidden: Collection[Existing] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> QueryPlan:
        """As the planner; nothing is remembered."""
        return self._planner.plan(statement, shown, hidden, settings)

    def statistics(self, sql: str) -> AbstractContextManager[None]:
        """As the planner."""
        return self._planner.statistics(sql)

    def analyzed(
        self, indexes: Iterable[Proposed], *, seconds: float = math.inf
    ) -> AbstractContextManager[tuple[Guessed, ...]]:
        """As the planner."""
        return self._planner.analyzed(indexes, seconds=seconds)

    def parts(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
        """As the planner; nothing is remembered."""
        return self._planner.parts(indexes)

    def existing(self) -> Mapping[Existing, tuple[str, str]]:
        """As the planner."""
        return self._planner.existing()
