"""Numbers as this page writes them: three digits where three are known, one unit within one column."""

from __future__ import annotations

import math

from ...base import amount
from ...diagnose.query_plan.kinds import BLOCK


def milliseconds(value: float) -> str:
    """`0.03 ms`, `17.3 ms`, `1,480 ms`, `12.3 s`, `4 min 05 s`."""
    if value >= 120_000:
        minutes, seconds = divmod(round(value / 1000), 60)
        return f"{minutes:,} min {seconds:02} s"
    if value >= 10_000:
        return f"{value / 1000:.1f} s"
    return f"{value:,.{digits(value)}f} ms"


def digits(value: float) -> int:
    """How many decimals show three digits of `value`; EXPLAIN itself has three decimals."""
    if value <= 0:
        return 0
    return min(max(2 - math.floor(math.log10(value)), 0), 3)


def percent(share: float) -> str:
    """`23 %`, `2.6 %`, `<0.1 %`, `0 %`."""
    if share <= 0:
        return "0 %"
    if share < 0.001:
        return "<0.1 %"
    return f"{share * 100:.{0 if share >= 0.0995 else 1}f} %"


def count(value: float) -> str:
    """`25,920`; the fraction only where there is one and the number is small (0.98 rows of a loop)."""
    if value != round(value) and abs(value) < 10:
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,.0f}"


def factor(value: float) -> str:
    """`×1.5`, `×300`, `×11,111`."""
    return f"×{value:,.{1 if value < 10 else 0}f}"


def size(blocks: float) -> str:
    """Pages as bytes: `640 kB`, `19 MB`, `1.2 GB`."""
    return amount.size(blocks * BLOCK)


def plain(value: object) -> str:
    """A value of a plan as the server wrote it, without what JSON puts around it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {plain(each)}" for key, each in value.items())
    return str(value)
