"""Plans of one statement that are known, and what they tell of sets of indexes that nobody has planned with.

A plan that uses the indexes U out of the visible ones S is the best one for every set between U and S: taking away what
is not used changes nothing. With any set that holds U the statement costs at most as much, and with any part of S at
least as much.

A set of indexes is the bits of a whole number here, because a search compares millions of them.
"""

from __future__ import annotations

from dataclasses import dataclass

Set = int
"""Indexes that the planner sees, by their bits: those that are there and are kept, and new ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a plan used of what was visible, and its cost."""

    used: Set
    visible: Set
    cost: float


class Plans:
    """The plans of one statement in the order in which they were made."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self._floors: dict[Set, tuple[int, float]] = {}

    def add(self, plan: Plan) -> None:
        """One more."""
        self.plans.append(plan)

    def find(self, seen: Set) -> Plan | None:
        """The plan for a set, where one that is known is it."""
        for plan in self.plans:
            if plan.used & ~seen == 0 and seen & ~plan.visible == 0:
                return plan
        return None

    def floor(self, seen: Set) -> float:
        """The least that the statement can cost with any part of a set. Plans that came since it was asked last are
        looked at, and no others."""
        begin, floor = self._floors.get(seen, (0, 0.0))
        if begin < len(self.plans):
            for plan in self.plans[begin:]:
                if plan.cost > floor and seen & ~plan.visible == 0:
                    floor = plan.cost
            self._floors[seen] = len(self.plans), floor
        return floor
