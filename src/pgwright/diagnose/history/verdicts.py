"""Judges the figures of one query: which of them differ by what counts, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...base.finding import Severity
from ..query_plan.kinds import BLOCK
from .compare import Comparison
from .grounds import Ground
from .limits import Limits
from .measured import Measured, Span

SLOWER_MS = 5.0
"""Milliseconds by which a query must be slower to be judged by time: two runs of one on an idle machine differ by some
milliseconds."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A figure that differs. `name` is the pattern, `text` says it with both numbers."""

    name: str
    severity: Severity
    figure: str
    before: float
    after: float
    text: str


@dataclass(frozen=True, kw_only=True)
class _Count:
    """A count of both sides, in pages; `worse` and `better` are the patterns, `noun` what is counted."""

    figure: str
    noun: str
    worse: str
    better: str
    before: Span
    after: Span


def verdicts(comparison: Comparison, limits: Limits, ground: Ground) -> tuple[Verdict, ...]:
    """The figures of a query that differ, those that are worse first. Costs are judged where nothing was executed."""
    assert comparison.both is not None
    counts = _counts(*comparison.both, costs=ground.costs)
    found = [each for count in counts if (each := _judged(comparison, count, limits)) is not None]
    if limits.time:
        found += _times(comparison, limits, ground)
    order = list(reversed(Severity))
    return tuple(sorted(found, key=lambda each: (order.index(each.severity), each.name in BETTER)))


BETTER = frozenset({"touches_fewer_blocks", "spills_less", "writes_less_wal", "costs_less"})


def _counts(before: Measured, after: Measured, *, costs: bool) -> Iterator[_Count]:
    if before.measured and after.measured:
        yield _Count(
            figure="blocks", noun="blocks touched", worse="touches_more_blocks", better="touches_fewer_blocks",
            before=before.blocks, after=after.blocks,
        )  # fmt: skip
        yield _Count(
            figure="temp blocks", noun="blocks of temporary files", worse="spills_more", better="spills_less",
            before=before.spilled, after=after.spilled,
        )  # fmt: skip
        yield _Count(
            figure="WAL bytes", noun="blocks of WAL", worse="writes_more_wal", better="writes_less_wal",
            before=_pages(before.wal_bytes), after=_pages(after.wal_bytes),
        )  # fmt: skip
    elif costs:
        yield _Count(
            figure="cost", noun="units of cost", worse="costs_more", better="costs_less",
            before=_point(before.cost), after=_point(after.cost),
        )  # fmt: skip


def _point(number: float) -> Span:
    return Span(low=number, high=number)


def _pages(span: Span) -> Span:
    return Span(low=span.low / BLOCK, high=span.high / BLOCK)


def _judged(comparison: Comparison, count: _Count, limits: Limits) -> Verdict | None:
    """The verdict about a count; None where it does not differ for sure."""
    before, after = count.before, count.after
    text = f"{_number(before.high)} → {_number(after.high)} {count.noun}{_factor(before.high, after.high)}."
    name, severity = count.worse, Severity.DANGER
    if limits.above(before.high, after.low):
        growth = grown(comparison, limits)
        if growth is not None and not limits.above(before.high * growth, after.low):
            name, severity = "reads_more_rows", Severity.NOTICE
            text += f" It reads {growth:.1f} times the rows by the same plan: there is more data."
    elif limits.above(after.high, before.low):
        name, severity = count.better, Severity.NOTICE
    else:
        return None
    return Verdict(name=name, severity=severity, figure=count.figure, before=before.high, after=after.high, text=text)


def _number(number: float) -> str:
    return f"{number:,.0f}"


def _factor(before: float, after: float) -> str:
    """` (×18.0)`, where that can be said."""
    if before <= 0 or after <= 0:
        return ""
    return f" (×{after / before:,.1f})" if after > before else f" (÷{before / after:,.1f})"


def grown(comparison: Comparison, limits: Limits) -> float | None:
    """By which factor a query reads more rows where its data alone has grown: the statement and the structure of the
    plan are what they were. None where it did not, or where that cannot be said."""
    assert comparison.both is not None
    before, after = (query.rows_read for query in comparison.both)
    if not (comparison.same_statement and comparison.same_structure) or before <= 0:
        return None
    return after / before if after > before * limits.ratio else None


def _times(comparison: Comparison, limits: Limits, ground: Ground) -> Iterator[Verdict]:
    """That a query is slower: beyond all runs of both sides, by more than the whole machine, and not by the clock
    alone."""
    assert comparison.both is not None
    before, after = comparison.both
    if before.milliseconds is None or after.milliseconds is None:
        return
    others = not comparison.same_structure or limits.above(before.blocks.high, after.blocks.low)
    slower = limits.above(before.milliseconds.high * ground.slower, after.milliseconds.low, least=SLOWER_MS)
    if others and slower:
        spans = [f"{span.low:,.1f} to {span.high:,.1f} ms" for span in (before.milliseconds, after.milliseconds)]
        yield Verdict(
            name="is_slower",
            severity=Severity.DANGER,
            figure="milliseconds",
            before=before.milliseconds.low,
            after=after.milliseconds.low,
            text=f"It took {spans[0]} and takes {spans[1]}.",
        )
