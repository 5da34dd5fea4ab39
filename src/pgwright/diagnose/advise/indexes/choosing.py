"""From cases to the chosen indexes: candidates are offered, the useful ones kept, and the search is run, all in the
time that is allowed for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from ...whatif.proposed import Proposed
from . import pool
from .costs import Costs
from .plans import Set
from .search import Limits, Search, Step

_SHARE = 0.5
"""The part of the time after which no more candidates are looked for: the search needs the rest."""
_BATCH = 50
"""Indexes that are made between two looks at the clock: about half a second."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The chosen set with what is there, the number of candidates it was chosen from, and whether all was done in
    time."""

    indexes: Set
    candidates: int
    finished: bool


def choose(
    costs: Costs,
    limits: Limits,
    *,
    tell: Callable[[Step], None] = lambda _: None,
    now: Callable[[], float] = time.monotonic,
) -> Choice:
    """The best set of indexes for the cases of `costs` within the limits."""
    began = now()
    if limits.bytes <= 0:
        return Choice(indexes=costs.now, candidates=0, finished=True)

    def is_late() -> bool:
        return now() - began > limits.seconds * _SHARE

    asked = dict.fromkeys(index for case in pool.heaviest(costs.cases) for index in case.candidates)
    sizes = _offered(costs, asked, is_late)
    best, others = pool.useful(costs, is_late)
    more = dict.fromkeys([*best, *others, *pool.shorter([*best, *others]), *pool.merged(best)])
    kept = _offered(costs, more, is_late)
    complete = not is_late()
    costs.restrict(kept)
    search = Search(costs, limits, tell=tell, now=now, began=began)
    chosen = search.best()
    return Choice(indexes=chosen, candidates=len({*sizes, *kept}), finished=search.finished and complete)


def _offered(costs: Costs, indexes: Iterable[Proposed], is_late: Callable[[], bool]) -> Mapping[Proposed, int]:
    """Makes the planner know indexes, those that come first at least; those that there can be, with their sizes."""
    found: dict[Proposed, int] = {}
    waiting = iter(indexes)
    while batch := list(islice(waiting, _BATCH)):
        if is_late() and not all(index in costs.sizes for index in batch):
            continue
        found.update(costs.planner.offer(batch))
    costs.offer(found)
    return found
