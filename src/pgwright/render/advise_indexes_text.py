"""Advice about indexes for a terminal: what to make and what each does alone, what to drop, what becomes of whom."""

from __future__ import annotations

from collections.abc import Sequence

from ..base.amount import plural, size
from ..base.finding import where
from ..diagnose.advise.indexes.advice import Advised, Drop, Effect
from ..diagnose.advise.indexes.report import IndexesReport
from .layout import PLAIN, Style, clean, duration, indented

_USERS = 3
_SHOWN = 8
"""Statements that are listed by themselves."""


def advise_indexes_text(report: IndexesReport, *, columns: int = 80, style: Style = PLAIN) -> str:
    """The whole text."""
    advice = report.advice
    blocks = [indented(_head(report), columns)]
    blocks += [_index(each, columns, style) for each in advice.indexes]
    blocks += [_drop(each, report.tier, columns, style) for each in advice.drops]
    blocks.append(_withheld(advice.withheld, columns, style))
    blocks.append(_effects(advice.effects, columns, style))
    blocks.append(_unplanned(report, columns, style))
    blocks.append([line for note in report.notes for line in indented(f"Note: {clean(note)}", columns)])
    blocks.append(indented(_end(report), columns))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def progress_text(what: str, done: int, whole: int, ratio: float | None, taken: int) -> str:
    """How far it is, in a line: `Planning the statements: 12 of 80 …`."""
    how = f": {done} of {whole}" if whole else ""
    if ratio is not None:
        how = f": {_part(ratio)} of the cost is left with {size(taken)}"
    return f"{what[0].upper()}{what[1:]}{how} …"


def _head(report: IndexesReport) -> str:
    prepared, advice = report.prepared, report.advice
    weighed = plural(len(prepared.cases), "statement")
    took = f", {duration(prepared.amount / 1000)} of execution time" if prepared.timed else ""
    cut = "" if prepared.timed else " (no times are known: the planner's costs count)"
    if not advice.indexes:
        return f"{weighed}{took}{cut}: no new index is worth it."
    made = plural(len(advice.indexes), "new index")
    return f"{weighed}{took}{cut}: {made} of {size(advice.bytes)} would leave {_part(advice.after)} of the cost."


def _index(advised: Advised, columns: int, style: Style) -> list[str]:
    lines = [style.bold(clean(advised.index.sql))]
    upkeep = f"; costs those who write {advised.upkeep:.1%}" if advised.upkeep >= 0.0005 else ""
    lines += indented(f"saves {advised.gain:.1%} by itself; {size(advised.bytes)}{upkeep}", columns, first="  ")
    users = sorted(advised.effects, key=lambda each: each.weight * (each.ratio - 1))
    for effect in users[:_USERS]:
        lines.append(f"  {_statement(effect)}"[:columns])
    more = len(users) - _USERS
    return [*lines, f"  and {plural(more, 'other statement')}"] if more > 0 else lines


def _drop(drop: Drop, tier: str, columns: int, style: Style) -> list[str]:
    verdict = drop.verdict
    lines = [style.bold(line) for line in clean(verdict.cure_sql, keep_lines=True).splitlines()]
    if drop.proven:
        tried = f"tried {where(tier)} with {plural(drop.readers, 'statement')}, and not missed"
    else:
        tried = (
            f"not tried {where(tier)}" if drop.readers else "not tried: no statement of the workload reads its table"
        )
    lines += indented(f"frees {size(verdict.bytes)}; {tried}", columns, first="  ")
    lines += indented(clean(verdict.reason), columns, first="  ")
    for caveat in verdict.caveats:
        lines += indented(f"But {clean(caveat)}.", columns, first="  ")
    return lines


def _withheld(drops: Sequence[Drop], columns: int, style: Style) -> list[str]:
    lines = [style.bold("Kept, although it looks as if it could go")] if drops else []
    for drop in drops:
        slowest = f"; {_statement(drop.slowest)}" if drop.slowest is not None else ""
        text = f"{drop.verdict.index.full_name}: without it the workload costs {drop.loss or 0:.1%} more{slowest}"
        lines += indented(clean(text), columns, first="  ", rest="    ")
    return lines


def _effects(effects: Sequence[Effect], columns: int, style: Style) -> list[str]:
    slower = [each for each in effects if each.ratio > 1]
    faster = [each for each in effects if each.ratio < 1]
    lines = []
    for title, group in (("Faster", faster), ("Slower", slower)):
        if group:
            lines.append(style.bold(f"{title}: {plural(len(group), 'statement')}"))
            for effect in group[:_SHOWN]:
                lines += indented(_statement(effect), columns, first="  ", rest="      ")
            if len(group) > _SHOWN:
                lines.append(f"  and {len(group) - _SHOWN} more (--format json has all)")
    return lines


def _statement(effect: Effect) -> str:
    return f"{_part(effect.ratio):>6} {' '.join(clean(effect.text).split())[:200]}"


def _unplanned(report: IndexesReport, columns: int, style: Style) -> list[str]:
    unplanned = report.prepared.unplanned
    lines = [style.bold(f"Not planned: {plural(len(unplanned), 'statement')}")] if unplanned else []
    for each in unplanned[:_SHOWN]:
        text = f"{' '.join(each.text.split())[:120]}: {' '.join(each.reason.split())}"
        lines += indented(clean(text), columns, first="  ", rest="    ")
    return lines


def _end(report: IndexesReport) -> str:
    advice = report.advice
    ended = "" if advice.finished else " The time was up before the search was: --seconds gives it more."
    left = report.prepared.left
    rest = f" {plural(left, 'statement')} with next to no time were not weighed." if left else ""
    return (
        f"Tried on: {report.tier}; {advice.candidates} candidates, {advice.plans:,} plans, "
        f"{report.seconds:.0f} s.{ended}{rest}"
    )


def _part(ratio: float) -> str:
    return f"{ratio:.0%}" if ratio >= 0.1 else f"{ratio:.1%}"
