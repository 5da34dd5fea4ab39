"""Numbers as the sentences of checks write them."""

from __future__ import annotations

from ....base.amount import plural as count
from ....base.amount import size

__all__ = ["count", "percent", "size", "span"]


def span(seconds: float) -> str:
    """A time: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 days`, `1,200 days`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole >= 2 * 86400:
        return count(whole / 86400, "day")
    for large, name, small, part in ((3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= large:
            rest = whole % large // small
            return f"{whole // large} {name}" + (f" {rest} {part}" if rest else "")
    return f"{whole} s"


def percent(part: float, whole: float) -> str:
    """`12 %`, `0.4 %`, `0 %`."""
    share = 100 * part / whole if whole else 0.0
    return f"{share:.{0 if share >= 9.95 or share == 0 else 1}f} %"
