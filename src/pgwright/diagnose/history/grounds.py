"""Whether baseline and now stand on one ground: the same major version, the same settings, the same data.

None of it fails a query by itself. It is said as a warning, because on other ground a comparison means less, and on
less data a bad plan does not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ...base.finding import Evidence, Finding, Severity
from .baseline import Baseline
from .compare import Comparison
from .limits import Limits

FACTOR = 2.0
"""Twice or half the rows are other data: planners turn at factors, and builds load the same rows each time."""
ROWS = 100.0
"""Rows that must be there on one side: of a few rows nothing can be said."""
ENOUGH = 3
"""Queries that must have stayed the same to say how fast the machine is: of fewer, one outlier is the median."""

_AGAIN = "Save the baseline where the gate runs: pgwright plans gate --update."


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What of the two compares: whether `costs` do, and how many times `slower` this machine is, 1 or more."""

    costs: bool = True
    slower: float = 1.0


def ground(before: Baseline, after: Baseline, comparisons: Sequence[Comparison], limits: Limits) -> Ground:
    """The ground of a comparison. How slow the machine is, queries tell that do the same as before: the median."""
    factors = [
        after_query.milliseconds.low / before_query.milliseconds.low
        for before_query, after_query in (each.both for each in comparisons if each.both and each.same_structure)
        if before_query.milliseconds and after_query.milliseconds and before_query.milliseconds.low > 0
        and not limits.apart(before_query.blocks.high, after_query.blocks.high)
    ]  # fmt: skip
    return Ground(
        costs=before.major == after.major and before.settings == after.settings,
        slower=max(median(factors), 1.0) if len(factors) >= ENOUGH else 1.0,
    )


def warnings(before: Baseline, after: Baseline, comparisons: Sequence[Comparison]) -> Iterator[Finding]:
    """A warning for each way in which they stand apart."""
    if before.major and after.major and before.major != after.major and before.queries and after.queries:
        text = f"The baseline is from PostgreSQL {before.major}, this is {after.major}."
        yield _warning("other_major", text, f"Planners differ; costs are not compared. {_AGAIN}")
    if (text := _settings(before, after)) and before.queries and after.queries:
        yield _warning("other_settings", text, f"Settings turn plans; costs are not compared. {_AGAIN}")
    executed = [each for each in comparisons if each.both and each.both[0].measured != each.both[1].measured]
    if executed:
        text = f"On one side only these were executed: {', '.join(each.name for each in executed)}."
        yield _warning("not_executed", text, "Without execution there are no blocks to compare, only costs.")
    if moved := [each.name for each in comparisons if _other_data(each)]:
        text = f"Twice the rows or more, or half or fewer: {', '.join(moved)}."
        yield _warning("other_data", text, f"This is not the data that the baseline is from. {_AGAIN}")


def _warning(name: str, text: str, why: str) -> Finding:
    return Finding(
        kind="history", name=name, object="", severity=Severity.WARNING, evidence=Evidence(text=text), why=why
    )


def _settings(before: Baseline, after: Baseline) -> str:
    """The settings that differ, in one sentence; empty where all are the same."""
    differ = [
        f"{name} was {before.settings.get(name, 'the default')} and is {after.settings.get(name, 'the default')}"
        for name in sorted({*before.settings, *after.settings})
        if before.settings.get(name) != after.settings.get(name)
    ]
    return "; ".join(differ) + "." if differ else ""


def _other_data(comparison: Comparison) -> bool:
    """Whether the same statement gives, or by the same plan reads, another amount of rows."""
    if comparison.both is None or not comparison.same_statement:
        return False
    before, after = comparison.both
    if not before.measured or not after.measured:
        return False
    apart = _apart(before.rows, after.rows)
    return apart or (comparison.same_structure and _apart(before.rows_read, after.rows_read))


def _apart(before: float, after: float) -> bool:
    low, high = sorted((before, after))
    return high >= ROWS and high >= FACTOR * low
