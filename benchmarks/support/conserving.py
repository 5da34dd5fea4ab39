"""How much of the Execution Time of a plan a reader gives to its nodes: 1 is right, more is time that was not there.

What the executor takes outside of all nodes stands in no plan, so all readers get it from pgwright's account. The sum
of pgwright also counts what it had to cut off to make a node fit into its parent: else its sum could not be wrong.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from pgwright.diagnose.accounting.account import Account, account
from pgwright.diagnose.query_plan.model import document
from pgwright.server.private import PrivateServer
from tests.support import plans

from . import database
from .plan_readers import Reader
from .report import Table

OURS = "pgwright"
WITHIN = 0.02
SMALL_MS = 0.05
"""Below this the last digits of the server decide: that much is within in any case."""
OPTIONS = "ANALYZE, BUFFERS, VERBOSE"
TELLING = (
    "seq", "parallel_hash", "parallel_bitmap", "parallel_noleader", "parallel_subplan", "init", "init_filter", "cte",
    "cte_twice", "cte_nested", "cte_write", "subplan", "nested", "fk", "before", "after",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sums:
    """One statement on one major: its Execution Time, and by reader what it accounts for, in ms; medians."""

    name: str
    execution: float
    accounted: Mapping[str, float]

    def ratio(self, reader: str) -> float:
        """What a reader accounts for over what there was."""
        return self.accounted[reader] / self.execution

    def within(self, reader: str) -> bool:
        """Whether that is right, but for what the clock of the server cannot tell."""
        return abs(self.accounted[reader] - self.execution) <= WITHIN * self.execution + SMALL_MS


def measured(running: PrivateServer, readers: Mapping[str, Reader], rounds: int) -> tuple[Sums, ...]:
    """All statements on a server, each captured some times and read by all readers."""
    setup, statements = plans.hard()
    dsn = database.make(running, "accounting", setup)
    accounts: dict[str, list[Account]] = {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _ in range(rounds):
            for statement in statements:
                found = account(plans.captured(connection, statement, OPTIONS))
                accounts.setdefault(statement.name, []).append(found)
    flat = [each for found in accounts.values() for each in found]
    documents: list[dict[str, Any]] = [document(each.plan) for each in flat]
    sums = {OURS: [(each.accounted_ms or 0.0) + each.unexplained_ms for each in flat]}
    for name, read in readers.items():
        readings = read(documents)
        if any(each.ms is not None for each in readings):
            pairs = zip(flat, readings, strict=True)
            sums[name] = [(reading.ms or 0.0) + each.executor_ms for each, reading in pairs]
    return tuple(
        _medians(name, found, {reader: each[first : first + rounds] for reader, each in sums.items()})
        for first, (name, found) in zip(range(0, len(flat), rounds), accounts.items(), strict=True)
    )


def _medians(name: str, accounts: Sequence[Account], sums: Mapping[str, Sequence[float]]) -> Sums:
    """The median of the ratios, on the median time: of two runs one may have been disturbed."""
    times = [each.execution_ms or 0.0 for each in accounts]
    middle = statistics.median(times)
    ratios = {reader: statistics.median(map(float.__truediv__, found, times)) for reader, found in sums.items()}
    return Sums(name=name, execution=middle, accounted={reader: each * middle for reader, each in ratios.items()})


def summary(found: Mapping[int, Sequence[Sums]], readers: Sequence[str]) -> Table:
    """Per reader and major: the middle, the worst, and how many are right."""
    rows = []
    for reader in readers:
        for major, sums in found.items():
            if not all(reader in each.accounted for each in sums):
                continue
            ratios = sorted((each.ratio(reader), each.name) for each in sums)
            (least, under), (most, over) = ratios[0], ratios[-1]
            middle = statistics.median(ratio for ratio, _ in ratios)
            right = sum(each.within(reader) for each in sums)
            rows.append((
                f"{reader}, PostgreSQL {major}", f"{right} of {len(sums)}", f"{middle:.3f}",
                f"{least:.2f} ({under})", f"{most:.2f} ({over})",
            ))  # fmt: skip
    head = ("", "within 2 %", "median", "worst under", "worst over")
    return Table(title="Self times of all nodes over the Execution Time, 1 is right", head=head, rows=tuple(rows))


def telling(sums: Sequence[Sums], readers: Sequence[str], major: int) -> Table:
    """The statements in which readers differ."""
    here = [reader for reader in readers if all(reader in each.accounted for each in sums)]
    rows = tuple(
        (each.name, f"{each.execution:,.1f} ms", *(f"{each.ratio(reader):.2f}" for reader in here))
        for each in sums
        if each.name in TELLING
    )
    return Table(title=f"The same by statement, PostgreSQL {major}", head=("", "Execution Time", *here), rows=rows)
