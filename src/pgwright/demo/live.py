"""The story on a terminal: the phases of the act, the backfill, and the latency of the last seconds, as it happens.

rich is imported inside functions: no other command should pay for it.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .measure import Phase, Record, now

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

BINS = 60
_BARS = " ▁▂▃▄▅▆▇█"


class LiveNarrator:
    """A view that draws itself eight times a second on the console. A context; leaving it keeps the last picture."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._start = time.monotonic()
        self._live: Live | None = None
        self._title = ""
        self._record: Record | None = None
        self._backfill: tuple[int, int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def act(self, title: str, record: Record) -> None:
        """Leaves the picture of the act before, and begins a new one."""
        from rich.live import Live

        self._stop()
        self._title, self._record = title, record
        self._backfill = None
        self._live = Live(get_renderable=self._picture, console=self._console, refresh_per_second=8)
        self._live.start()

    def phase(self, text: str) -> None:
        """The record has it already; a bar belongs to the phase before."""
        del text
        self._backfill = None

    def say(self, text: str) -> None:
        """A line above the picture."""
        self._console.print(f"{time.monotonic() - self._start:6.1f} s  {text}", highlight=False, markup=False)

    def progress(self, done: int, total: int, rows: int) -> None:
        """Moves the bar of the backfill."""
        self._backfill = (done, total, rows)

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _picture(self) -> RenderableType:
        from rich.console import Group
        from rich.panel import Panel
        from rich.text import Text

        parts: list[RenderableType] = []
        if self._record is not None:
            parts.append(_phases(self._record.phases))
        if self._backfill is not None:
            parts.append(_bar(*self._backfill))
        if self._record is not None:
            parts += [Text(""), *_latency(self._record)]
        return Panel(Group(*parts), title=self._title, title_align="left", padding=(0, 1))


def _phases(phases: tuple[Phase, ...]) -> RenderableType:
    """A line for each: how long it took or takes, what it is, and the longest statement that began in it."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    ends = [phase.start for phase in phases[1:]]
    for number, phase in enumerate(phases):
        current = number == len(phases) - 1
        seconds = ((now() if current else ends[number]) - phase.start) / 1e6
        longest = f"longest {phase.longest / 1000:,.0f} ms" if phase.statements else ""
        style = "bold" if current else "dim"
        table.add_row(Text(f"{seconds:.1f} s", style=style), Text(phase.name, style=style), Text(longest, style=style))
    return table


def _bar(done: int, total: int, rows: int) -> RenderableType:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    line = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=max(total, 1), completed=done, width=40)
    line.add_row(Text("backfill"), bar, Text(f"{done / max(total, 1):.0%}, {rows:,} rows filled"))
    return line


def _latency(record: Record) -> list[RenderableType]:
    from rich.text import Text

    recent = record.recent(bins=BINS)
    failed = record.failed
    counts = Text(f"{record.statements:,} statements, ")
    counts.append(f"{failed:,} failed", style="bold red" if failed else "")
    counts.append(f", longest of the last {BINS // 4} s: {max(recent):,.1f} ms")
    return [Text(f"latency  {sparkline(recent)}"), counts]


def sparkline(values: tuple[float, ...]) -> str:
    """One character a value. The scale is logarithmic: 1 ms, 50 ms and 3 s are to be told apart at a glance."""
    return "".join(_BARS[_height(value)] for value in values)


def _height(value: float) -> int:
    """0 where nothing was measured, 1 below 2 ms, …, 8 from 963 ms on; one step is a factor of 2.8."""
    if value <= 0:
        return 0
    height, limit = 1, 2.0
    while height < 8 and value >= limit:
        height += 1
        limit *= 2.8
    return height
