"""What `pgwright try` prints at the end: the table of both acts, or the object of `--format json`."""

from __future__ import annotations

from typing import Any

from ..render.layout import pad, width
from .measure import Summary
from .story import Outcome


def document(outcome: Outcome) -> dict[str, Any]:
    """The object of `--format json`, version 1. Times are milliseconds; the rate is null where the backfill was too
    quick to be measured."""
    rate = outcome.pgwright.backfill_rows_per_second
    return {
        "version": 1,
        "rows": outcome.rows,
        "plain": _summary(outcome.plain.summary),
        "pgwright": {
            **_summary(outcome.pgwright.summary),
            "rows_lost": outcome.pgwright.rows_lost,
            "backfill_rows_per_second": None if rate is None else round(rate),
            "resumed_after_kill": outcome.pgwright.resumed_after_kill,
            "rolled_back_once": outcome.pgwright.rolled_back_once,
        },
    }


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "statements": summary.statements,
        "failed": summary.failed,
        "p99_ms": round(summary.p99_ms, 2),
        "longest_stall_ms": round(summary.longest_stall_ms, 1),
        "calm_stall_ms": round(summary.calm_stall_ms, 1),
    }


def lines(outcome: Outcome) -> list[str]:
    """The table, plain SQL beside pgwright, and beneath it what a person should know about the figures."""
    plain, pgwright = outcome.plain.summary, outcome.pgwright.summary
    rate = outcome.pgwright.backfill_rows_per_second
    rows = [
        ("", "plain SQL", "pgwright"),
        ("statements", f"{plain.statements:,}", f"{pgwright.statements:,}"),
        ("failed", f"{plain.failed:,}", f"{pgwright.failed:,}"),
        ("p50", _ms(plain.p50_ms), _ms(pgwright.p50_ms)),
        ("p99", _ms(plain.p99_ms), _ms(pgwright.p99_ms)),
        ("longest stall", _ms(plain.longest_stall_ms), _ms(pgwright.longest_stall_ms)),
        ("rows lost", f"{outcome.plain.rows_lost:,}", f"{outcome.pgwright.rows_lost:,}"),
        ("backfill", "none", "too quick to measure" if rate is None else f"{rate:,.0f} rows/s"),
        ("killed and resumed", "no", "yes" if outcome.pgwright.resumed_after_kill else "no"),
        ("rolled back once", "no", "yes" if outcome.pgwright.rolled_back_once else "no"),
    ]
    widths = [max(width(row[index]) for row in rows) for index in range(3)]
    table = [_line(row, widths) for row in rows]
    table.insert(1, "  ".join("-" * size for size in widths))
    return [*table, "", *_notes(outcome)]


def _notes(outcome: Outcome) -> list[str]:
    summary, calm = outcome.pgwright.summary, outcome.plain.summary.calm_stall_ms
    notes = [
        f"{outcome.rows:,} users; everything took {outcome.seconds:.0f} s.",
        f'Longest stall under pgwright: in the phase "{summary.stall_phase}".',
        f"Longest stall of this machine while nothing was changed: {_ms(max(calm, summary.calm_stall_ms))}.",
    ]
    for title, reasons in (("plain SQL", outcome.plain.summary.reasons), ("pgwright", summary.reasons)):
        notes += [
            f"{title}: {count:,} x {failure.what}: {failure.message} ({failure.sqlstate or 'no SQLSTATE'})"
            for failure, count in reasons[:4]
        ]
    return notes


def _line(row: tuple[str, str, str], widths: list[int]) -> str:
    cells = [pad(cell, size, right=index > 0) for index, (cell, size) in enumerate(zip(row, widths, strict=True))]
    return "  ".join(cells).rstrip()


def _ms(value: float) -> str:
    """One decimal below 100 ms, none above."""
    return f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"
