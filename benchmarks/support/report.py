"""What a benchmark found: tables for people, goals that were kept or missed, and the bare figures."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ratio import Ratio

# A transaction of some ms that takes longer than this while nothing is changed waited for somebody else's work.
QUIET = 250.0


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells as people read them, the first column a name, with a sentence of what the table is about."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> list[str]:
        """The table for a terminal, numbers to the right."""
        cells = [self.head, *self.rows]
        widths = [max(len(row[index]) for row in cells) for index in range(len(self.head))]
        lines = [
            "  ".join(
                cell.ljust(width) if index == 0 else cell.rjust(width)
                for index, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        return [self.title, *lines]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A promise as a sentence, what was found, and whether the promise holds."""

    promise: str
    found: str
    kept: bool

    @property
    def line(self) -> str:
        """One line for people."""
        return f"{'ok' if self.kept else 'MISSED':6} {self.promise}: {self.found}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run of a benchmark found. `skipped` says in sentences what was not measured and why, `caution` why the
    figures may say little; `facts` are what else one must know to judge them; `figures` are the bare numbers, for
    whoever wants to calculate with them."""

    tables: tuple[Table, ...]
    goals: tuple[Goal, ...] = ()
    skipped: tuple[str, ...] = ()
    caution: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether all goals were."""
        return all(goal.kept for goal in self.goals)

    @property
    def lines(self) -> list[str]:
        """All of it for a terminal."""
        lines: list[str] = []
        for table in self.tables:
            lines += [*table.lines, ""]
        lines += [f"{name}: {value}" for name, value in self.facts.items()]
        lines += [f"not measured: {sentence}" for sentence in self.skipped]
        lines += [self.caution] if self.caution else []
        return [*lines, *(goal.line for goal in self.goals)]


def of_ratios(ratios: Sequence[Ratio]) -> Report:
    """The report of a benchmark that knows ratios only."""
    rows = tuple(
        (
            each.name,
            f"{each.ours:,.1f} {each.unit}",
            f"{each.theirs:,.1f} {each.unit}",
            each.against,
            f"{each.value:.2f}x",
            f"at least {each.least:g}x" if each.least is not None else f"at most {each.most:g}x",
        )
        for each in ratios
    )
    head = ("what", "pgwright", "against", "which is", "ratio", "goal")
    return Report(
        tables=(Table(title="Ratios", head=head, rows=rows),),
        goals=tuple(
            Goal(
                promise=f"{each.name} against {each.against}, {row[-1]}",
                found=f"{each.value:.2f}x",
                kept=each.kept,
            )
            for each, row in zip(ratios, rows, strict=True)
        ),
        figures={each.name: {"ours": each.ours, "theirs": each.theirs, "unit": each.unit} for each in ratios},
    )


def spread(values: Sequence[float], form: str = ",.1f") -> str:
    """The median with the lowest and the highest, or the one value where they look the same."""
    low, middle, high = (format(value, form) for value in (min(values), statistics.median(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"


def caution(longest: float) -> str:
    """A sentence where the application stalled for `longest` ms while nothing was changed; "" where it hardly did."""
    if longest <= QUIET:
        return ""
    return (
        f"The machine was not quiet: without a change the application already stalled for {longest:,.0f} ms. "
        "The figures of this run say little about what was changed."
    )
