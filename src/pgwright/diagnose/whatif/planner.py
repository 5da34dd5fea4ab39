"""What can be asked of a tier, and how it answers."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ..query_plan.model import QueryPlan
from .proposed import Proposed


@dataclass(frozen=True, kw_only=True)
class Existing:
    """An index that is there, by its schema and name."""

    schema: str
    name: str


Index = Proposed | Existing


@dataclass(frozen=True, kw_only=True)
class Guessed:
    """An expression of a table (SQL) of which the planner knows nothing, and why it cannot be told before."""

    expression: str
    table: str
    reason: str

    @property
    def sentence(self) -> str:
        """What is told of it."""
        return f"Of {self.expression} in {self.table} the planner has a guess. {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What the planner would do: the `cost` of its plan, and which of the indexes that it was shown it uses."""

    cost: float
    used: frozenset[Index]


class Planner(Protocol):
    """A place to ask. `tier` names it wherever an answer is shown.

    `offer` makes indexes known without showing them to the planner, and gives the size in bytes of each that there can
    be; the others are missing in its answer. `cost` plans one statement with `shown` of the proposed ones and without
    `hidden` of those that are there; `plan` gives the whole plan, and `asked` counts both. They raise as
    `asking.explain` does. `notes` are sentences about what cannot be tried there, as far as it was asked for.
    """

    asked: int

    @property
    def tier(self) -> str:
        """`clone`, `hypopg` or `model`."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What cannot be tried there."""

    def offer(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, int]:
        """The sizes that indexes would have, in bytes."""

    def cost(self, statement: str, shown: Collection[Proposed], hidden: Collection[Existing] = ()) -> Planned:
        """What the planner would do."""

    def plan(
        self,
        statement: str,
        shown: Collection[Proposed] = (),
        hidden: Collection[Existing] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> QueryPlan:
        """The plan in full."""

    def statistics(self, sql: str) -> AbstractContextManager[None]:
        """In the block the planner knows the extended statistics that `sql` makes (CREATE STATISTICS). Raises Refused
        where they cannot be tried."""

    def analyzed(
        self, indexes: Iterable[Proposed], *, seconds: float = math.inf
    ) -> AbstractContextManager[tuple[Guessed, ...]]:
        """In the block the planner knows of the expressions of indexes on offer what ANALYZE finds after their build,
        but of those that it is given. After so many seconds no further one is looked at (0: none)."""

    def parts(self, indexes: Iterable[Proposed]) -> Mapping[Proposed, float]:
        """The part of the rows of its table (0 to 1) that each partial index among those proposed holds."""

    def existing(self) -> Mapping[Existing, tuple[str, str]]:
        """The indexes that are there, each with its table as (schema, name)."""
