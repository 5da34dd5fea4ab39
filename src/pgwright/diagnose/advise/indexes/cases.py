"""The workload as the search sees it: statements that can be planned, with how much each of them counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...whatif.proposed import Proposed
from ..access import Access

CAP = 0.2
"""The most that one statement counts, of the whole: one report must not decide over all that users wait for."""
_FAIR = 3
"""Of few statements each may count so many times its fair part."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A statement of the workload. `texts` are what is planned: the statement with sets of values for its
    parameters, all of which count alike. `weight` is its part of the whole (0 to 1), `accesses` is what it asks of
    each table, and `candidates` are the indexes that could serve it."""

    number: int
    text: str
    texts: tuple[str, ...]
    calls: float
    weight: float
    cost: float
    accesses: tuple[Access, ...]
    candidates: tuple[Proposed, ...]

    @cached_property
    def candidate_set(self) -> frozenset[Proposed]:
        """The candidates, for asking whether one is among them."""
        return frozenset(self.candidates)

    @cached_property
    def tables(self) -> frozenset[tuple[str, str]]:
        """The tables that it reads."""
        return frozenset(access.table for access in self.accesses)


def weights(amounts: Sequence[float], *, cap: float = CAP) -> tuple[float, ...]:
    """The parts of the whole that `amounts` are, none above `cap` (of few statements: three times its fair part): what
    is over goes to the others, as far as they count at all. Where nothing is known of any, all count alike."""
    if sum(amounts) <= 0:
        return (1 / len(amounts),) * len(amounts) if amounts else ()
    cap = max(cap, _FAIR / len(amounts))
    capped: set[int] = set()
    while True:
        free = 1 - cap * len(capped)
        rest = sum(amount for number, amount in enumerate(amounts) if number not in capped)
        parts = [
            cap if number in capped else amount / rest * free if rest > 0 else 0.0
            for number, amount in enumerate(amounts)
        ]
        over = {number for number, part in enumerate(parts) if part > cap and number not in capped}
        if not over:
            return tuple(part / sum(parts) for part in parts)
        capped |= over
