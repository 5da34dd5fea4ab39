"""Advice about statistics for a terminal: findings with their cures, then sets of columns that nobody has measured."""

from __future__ import annotations

from ..base.amount import plural
from ..diagnose.advise.statistics.advising import StatisticsAdvice
from .findings_text import findings_text
from .layout import PLAIN, Style, clean, indented

SHOWN = 10
"""Sets of columns that are listed: more nobody measures."""


def advise_statistics_text(advice: StatisticsAdvice, *, columns: int = 80, style: Style = PLAIN) -> str:
    """The whole text."""
    clear = "Statistics are as they should be, as far as was looked."
    blocks = [findings_text(advice.findings, columns=columns, style=style, clear=clear).rstrip("\n")]
    if advice.candidates and not advice.sampled:
        blocks.append("\n".join(_candidates(advice, columns, style)))
    notes = [line for note in advice.notes for line in indented(f"Note: {clean(note)}", columns)]
    return "\n\n".join([*blocks, *(["\n".join(notes)] if notes else [])]) + "\n"


def _candidates(advice: StatisticsAdvice, columns: int, style: Style) -> list[str]:
    lines = [style.bold("Compared together, and not measured: --sample reads some pages of each table")]
    for table, each in advice.candidates[:SHOWN]:
        how = " and ".join(
            word for word, is_so in (("compared", each.matching), ("grouped by", each.grouping)) if is_so
        )
        text = f"{table} ({', '.join(each.columns)}): {how} in {plural(each.statements, 'statement')}"
        lines += indented(clean(text), columns, first="  ")
    if len(advice.candidates) > SHOWN:
        lines.append(f"  and {len(advice.candidates) - SHOWN} more")
    return lines
