"""Every way to choose indexes on one workload at several sizes: what is left of its cost, plans and seconds."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from pgwright.clone.clone import Clone
from pgwright.diagnose.advise.indexes.cases import CAP, Case
from pgwright.diagnose.advise.indexes.choosing import choose
from pgwright.diagnose.advise.indexes.costs import Costs
from pgwright.diagnose.advise.indexes.plans import Set
from pgwright.diagnose.advise.indexes.prepare import Prepared, prepare
from pgwright.diagnose.advise.indexes.search import Limits
from pgwright.diagnose.whatif.on_clone import OnClone
from pgwright.diagnose.whatif.proposed import Proposed
from pgwright.workload.read import read
from tests.support.selection import server_folders

from . import index_search
from .index_search import Way
from .remembering import Remembering
from .report import Table

OURS, EXTEND, WIDE = "pgwright", "Extend, 3 columns", "Extend, 4 columns"
MB = 1024 * 1024


def _ours(costs: Costs, space: float) -> Set:
    return choose(costs, Limits(bytes=space, gain=0.0)).indexes


WAYS: Mapping[str, Way] = {
    OURS: _ours,
    EXTEND: index_search.extend(3),
    WIDE: index_search.extend(4),
    "per statement": index_search.per_statement,
    "single columns": index_search.single_column,
    "anytime, merged": index_search.anytime,
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a way found: what is left of the workload's cost, the bytes of its indexes, plans asked for, seconds."""

    left: float
    bytes: int
    plans: int
    seconds: float
    indexes: tuple[Proposed, ...]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A workload that was prepared, and what each way chose for each size in MB (infinite: as much as is wanted)."""

    name: str
    statements: int
    unplanned: tuple[str, ...]
    chosen: Mapping[float, Mapping[str, Chosen]]

    @property
    def worse(self) -> list[str]:
        """The sizes at which a plain Extend found something better."""
        return [
            size_text(size)
            for size, ways in self.chosen.items()
            if ways[OURS].left > min(ways[EXTEND].left, ways[WIDE].left) + 1e-6
        ]

    @property
    def slowest(self) -> float:
        """The most seconds that pgwright took."""
        return max(ways[OURS].seconds for ways in self.chosen.values())


def measured(
    name: str, dsn: str, queries: Sequence[str], sizes: Sequence[float], *, is_capped: bool = False
) -> Workload:
    """All ways at all sizes, on one clone of the database."""
    with ExitStack() as stack:
        clone = stack.enter_context(Clone(dsn, folders=server_folders()))
        planner = OnClone(clone)
        text = "".join(f"{query};\n" for query in queries)
        prepared: Prepared = prepare(planner, clone.connection, read(text), cap=CAP if is_capped else 1.0)
        asking = Remembering(planner)
        chosen: dict[float, dict[str, Chosen]] = {}
        for size in sizes:
            chosen[size] = {way: _chosen(asking, prepared.cases, WAYS[way], size * MB) for way in WAYS}
            print(f"  {name}, {size_text(size)}: {_line(chosen[size])}", file=sys.stderr, flush=True)
    return Workload(
        name=name,
        statements=len(prepared.cases),
        unplanned=tuple(f"{name}: {' '.join(each.text.split())[:60]}…: {each.reason}" for each in prepared.unplanned),
        chosen=chosen,
    )


def _chosen(planner: Remembering, cases: Sequence[Case], way: Way, space: float) -> Chosen:
    planner.begin()
    began = time.monotonic()
    costs = Costs(planner, cases)
    found = way(costs, space)
    seconds, plans = time.monotonic() - began + planner.saved, planner.asked
    return Chosen(
        left=costs.total(found),
        bytes=costs.bytes(found),
        plans=plans,
        seconds=seconds,
        indexes=tuple(costs.new(found)),
    )


def quality(workload: Workload) -> Table:
    """What is left of the cost, by size and way."""
    rows = tuple(
        (size_text(size), *(f"{found.left:.1%}" for found in ways.values())) for size, ways in workload.chosen.items()
    )
    title = f"{workload.name}: cost of {workload.statements} statements with the indexes, of that without"
    return Table(title=title, head=("space", *WAYS), rows=rows)


def effort(workloads: Sequence[Workload]) -> Table:
    """Plans and seconds of each way, the median over the sizes with the most."""
    rows = []
    for workload in workloads:
        for way in WAYS:
            found = [ways[way] for ways in workload.chosen.values()]
            plans, seconds = [each.plans for each in found], [each.seconds for each in found]
            rows.append(
                (
                    f"{workload.name}, {way}",
                    f"{statistics.median(plans):,.0f}",
                    f"{max(plans):,}",
                    f"{statistics.median(seconds):,.1f} s",
                    f"{max(seconds):,.1f} s",
                )
            )
    head = ("workload and way", "plans", "most", "time", "longest")
    return Table(title="What the choice takes: plans asked for, and time", head=head, rows=tuple(rows))


def size_text(size: float) -> str:
    """A size in MB for people."""
    return "no limit" if size == float("inf") else f"{size:,.4g} MB"


def _line(ways: Mapping[str, Chosen]) -> str:
    return ", ".join(f"{way} {found.left:.1%} in {found.seconds:.0f} s" for way, found in ways.items())
