"""A query with its plan, and what counts when it is compared: pages touched, not time.

The counters of pages are the same whether a page came from the cache or from below it, and on every machine; times are
not. Three things still move them without anybody's doing, so that each count is a span:

- An Index Only Scan visits the table for rows on pages that no VACUUM has marked since they were written. Each visit
  touches one page at most, so `blocks` less all visits is what the query touches at least, after a VACUUM (14 to 18).
- A process of several that sort together merges once more when it took more than its share of the rows.
- The first change of a page after a checkpoint puts all of it into the WAL. `wal` less a page for each is what is
  written at least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..accounting.account import TOUCHED
from ..query_plan.kinds import BLOCK, GATHERS
from ..query_plan.model import Node, QueryPlan, number
from .structure import Structure

SPILLED = ("Temp Read Blocks", "Temp Written Blocks")
REMOVED = ("Rows Removed by Filter", "Rows Removed by Index Recheck")

ROUNDED = 5.0
"""Rows of a loop from which on the half row that rounding may take or give is a tenth at most."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A number that lies between `low` and `high`."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A query as it was measured. `plan` is the run that touched the fewest pages, the last of equals; `milliseconds`
    spans the execution times of all `runs`, None where nothing was timed; `planning_ms` is the shortest."""

    name: str
    statement: str
    plan: QueryPlan = field(repr=False)
    runs: int = 1
    milliseconds: Span | None = None
    planning_ms: float | None = None

    @cached_property
    def structure(self) -> Structure:
        """The structure of the plan."""
        return Structure(self.plan)

    @property
    def measured(self) -> bool:
        """Whether the query was executed."""
        return self.plan.measured

    @property
    def writes(self) -> bool:
        """Whether it changes rows."""
        return "ModifyTable" in self.plan.by_type

    @cached_property
    def blocks(self) -> Span:
        """Pages that it asked for, those for its output (17 and newer) among them; a page counts each time."""
        output = self.plan.properties.get("Serialization")
        beside = sum(number(output, key) for key in TOUCHED) if isinstance(output, dict) else 0.0
        whole = _sum(self.plan.root, TOUCHED) + beside
        visits = sum(node.number("Heap Fetches") for node in self.plan.by_type.get("Index Only Scan", ()))
        return Span(low=max(whole - visits, 0.0), high=whole)

    @cached_property
    def temp_blocks(self) -> float:
        """Pages of temporary files that it wrote and read."""
        return _sum(self.plan.root, SPILLED)

    @cached_property
    def spilled(self) -> Span:
        """The same as what is certain: where processes share the rows of a spill, the one that took most may have to
        merge its part once more, and writes and reads it again (9,497 and 11,441 pages for one sort on 18)."""
        gathers = (node for kind in GATHERS for node in self.plan.by_type.get(kind, ()))
        shared = sum(_sum(gather, SPILLED) for gather in gathers)
        return Span(low=max(self.temp_blocks - shared / 2, 0.0), high=self.temp_blocks)

    @cached_property
    def wal_bytes(self) -> Span:
        """What it wrote to the WAL. That of a query that only reads is the cleaning of pages, and counts as nothing."""
        if not self.writes:
            return Span(low=0.0, high=0.0)
        whole = self.plan.root.number("WAL Bytes")
        return Span(low=max(whole - BLOCK * self.plan.root.number("WAL FPI"), 0.0), high=whole)

    @cached_property
    def rows(self) -> float:
        """Rows that it gave, or changed."""
        root = self.plan.root
        if root.type == "ModifyTable" and not root.number("Actual Rows"):
            return sum(_total(child) for child in root.children if child.role == "Outer")
        return _total(root)

    @cached_property
    def rows_read(self) -> float:
        """Rows that its scans of relations looked at, those that a condition threw away among them; without scans of
        so few rows in each loop that versions before 18 round them to nothing, or to twice as many."""
        scans = (node for node in self.plan.nodes if node.relation and node.type != "ModifyTable")
        return sum(_looked_at(node) * node.loops for node in scans if not self._rounded(node))

    def _rounded(self, node: Node) -> bool:
        return self.plan.whole_rows and node.loops > 1 and _looked_at(node) < ROUNDED

    @property
    def cost(self) -> float:
        """The planner's estimate of the whole."""
        return self.plan.root.number("Total Cost")


def from_plans(name: str, statement: str, plans: Sequence[QueryPlan]) -> Measured:
    """The query `name`, from the plans of all its runs in their order; at least one."""
    runs = [Measured(name=name, statement=statement, plan=plan) for plan in plans]
    best = min(reversed(runs), key=lambda run: run.blocks.high)
    times = [time for plan in plans if (time := _milliseconds(plan)) is not None]
    planning = [time for plan in plans if (time := plan.milliseconds("Planning Time")) is not None]
    return Measured(
        name=name,
        statement=statement,
        plan=best.plan,
        runs=len(plans),
        milliseconds=Span(low=min(times), high=max(times)) if times else None,
        planning_ms=min(planning, default=None),
    )


def _milliseconds(plan: QueryPlan) -> float | None:
    """The time of a plan; where its form does not say it, as that of auto_explain, the time of its root."""
    if not plan.timed:
        return None
    whole = plan.milliseconds("Execution Time")
    return plan.root.number("Actual Total Time") if whole is None else whole


def _looked_at(node: Node) -> float:
    """The rows of a loop."""
    return node.number("Actual Rows") + _sum(node, REMOVED)


def _total(node: Node) -> float:
    return node.number("Actual Rows") * node.loops


def _sum(node: Node, keys: Sequence[str]) -> float:
    return sum(node.number(key) for key in keys)
