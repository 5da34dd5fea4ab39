"""`throttle show` and `throttle set` as text."""

from __future__ import annotations

from .layout import PLAIN, Style, clean, indented, pad, width
from .report import ThrottleReport
from .status_text import paused_text


def throttle_text(report: ThrottleReport, *, columns: int = 80, style: Style = PLAIN) -> str:
    """One limit a line with its origin; under it what is there now."""
    keys = max(width(item.key) for item in report.limits)
    values = max(width(item.limit) for item in report.limits)
    lines: list[str] = []
    for item in report.limits:
        lines.append(f"{pad(item.key, keys)}  {style.bold(pad(item.limit, values))}  {clean(item.origin)}")
        if item.now:
            now = indented(clean(item.now), columns, first=" " * (keys + 2))
            lines += [style.alarm(line) if item.holds else line for line in now]
    if report.paused is not None:
        lines += ["", *indented(paused_text(report.paused), columns)]
    return "\n".join(lines) + "\n"
