"""Ways to make one change of a large table under load: what each took, side by side."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pgwright.base.errors import Refused

from .database import Sizes
from .load import Figures

ROW_BYTES = 2_000  # of the template, a copy, its second version and the WAL of both
Cell = Callable[["Found"], str]


@dataclass(frozen=True, kw_only=True)
class Found:
    """One way: what the application noticed, sizes before and after, seconds of the whole and of the fill, the rows
    that were filled, rows that differ at the end, and the most memory of pgwright in MB."""

    figures: Figures
    before: Sizes
    after: Sizes
    seconds: float
    fill: float = 0.0
    filled: int = 0
    differing: int = 0
    peak_mb: float = 0.0


def cells(found: Mapping[str, Found], more: Mapping[str, Cell] | None = None) -> tuple[tuple[str, ...], ...]:
    """One line for each figure, `found` by the name of the way, of which one is *no change*. `more` are other lines, or
    others in place of these."""
    calm = found["no change"]
    ordinary = (calm.after.wal - calm.before.wal) / calm.seconds
    lines: dict[str, Cell] = {
        "transactions": lambda each: f"{each.figures.transactions:,}",
        "failed": lambda each: f"{each.figures.failed:,}",
        "p99.9": lambda each: f"{each.figures.p999:,.1f} ms",
        "longest stall": lambda each: f"{each.figures.longest:,.0f} ms",
        "rows lost or different": lambda each: f"{each.differing:,}",
        "time": lambda each: f"{each.seconds:,.0f} s",
        "filled": lambda each: f"{each.filled / each.fill:,.0f} rows/s" if each.fill else "",
        "WAL": lambda each: mb(each.after.wal - each.before.wal),
        "WAL of the application alone": lambda each: mb(ordinary * each.seconds),
        "table before": lambda each: mb(each.before.table),
        "table after": lambda each: mb(each.after.table),
        "indexes before": lambda each: mb(each.before.indexes),
        "indexes after": lambda each: mb(each.after.indexes),
        "peak memory of the process": lambda each: f"{each.peak_mb:,.0f} MB" if each.peak_mb else "",
        **(more or {}),
    }
    return tuple((name, *map(cell, found.values())) for name, cell in lines.items())


def part(rate: float, clients: int, share: str = "half") -> dict[str, str]:
    """The load, as a fact of the report."""
    return {"load": f"{rate:,.0f} transactions/s, {share} of the capacity, with {clients} connections"}


def require_room(rows: int) -> None:
    """Raises Refused where the server, with a copy of the table, its new column and the WAL, would fill the disk."""
    place, needed = tempfile.gettempdir(), rows * ROW_BYTES
    free = shutil.disk_usage(place).free
    if free < needed:
        raise Refused(
            f"{rows:,} rows need about {needed / 1e9:,.0f} GB in {place}, and {free / 1e9:,.0f} GB are free.",
            hint="Set TMPDIR to a folder on a larger disk, or give fewer --rows.",
        )


def mb(size: float) -> str:
    """Bytes as MB."""
    return f"{size / 1e6:,.0f} MB"


def say(text: str) -> None:
    """Progress, on standard error."""
    print(f"  {text}", file=sys.stderr, flush=True)
