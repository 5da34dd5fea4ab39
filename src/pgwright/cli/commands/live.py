"""Show what goes on in the server now: who waits for whom, what takes long, how far it is.

Sessions by their state, the tree of who blocks whom with the command that ends a blocker (pgwright never runs it),
long transactions, prepared transactions, the progress of VACUUM, ANALYZE, CREATE INDEX, CLUSTER, COPY and base
backups, standbys and slots, and pgwright's own migrations. On a terminal it is drawn again every second until q or
Ctrl-C; elsewhere, and with --once or --format json, it is printed once. Literals of statements are never shown.
Nothing is changed, no right is needed; pg_monitor shows what other roles do.

Example:
    pgwright live
    pgwright live --every 5s
    pgwright live --once --format json
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import rich_click as click

from ...base.errors import ConnectError
from ..folder import Command
from ..options import Invocation, connecting, seconds

if TYPE_CHECKING:
    from ...api.live import Live
    from ...render.live_report import LiveReport

SHORTEST = 0.2
"""Seconds between two looks at least: each asks the lock manager."""


@click.command(cls=Command)
@click.option("--once", is_flag=True, help="Show it once.")
@click.option("--every", default="1s", show_default=True, metavar="TIME", callback=seconds,
              help="The pause between two looks.")  # fmt: skip
@connecting("text", "json", "jsonl")
def command(invocation: Invocation, once: bool, every: float) -> None:
    """Show it once, or until Ctrl-C."""
    from ...api.live import Live

    if every < SHORTEST:
        raise click.BadParameter(f"{SHORTEST}s is the shortest pause.", param_hint="--every")
    with Live(invocation.settings()) as live:
        try:
            if once or invocation.format == "json" or (invocation.format == "text" and not sys.stdout.isatty()):
                invocation.output.data(_picture(invocation, live.look()))
            elif invocation.format == "jsonl":
                while invocation.output.data(_picture(invocation, live.look())):
                    time.sleep(every)
            else:
                _redraw(invocation, live, every)
        except KeyboardInterrupt:
            return


def _picture(invocation: Invocation, report: LiveReport) -> str:
    """One look as it goes to stdout."""
    from ...render.live_report import live_document
    from ...render.live_text import live_text

    output = invocation.output
    if invocation.json:
        return output.json_text(live_document(report), line=invocation.format == "jsonl")
    return live_text(report, columns=output.columns, style=output.style)


def _redraw(invocation: Invocation, live: Live, every: float) -> None:
    """Draws until somebody ends it, and leaves the last picture on the terminal. A server that goes away is waited for;
    one that does not answer at the beginning is an error."""
    from ..screen import screen

    report = live.look()
    try:
        with screen() as drawing:
            lost = ""
            while drawing.draw(_lines(invocation, report, lost, drawing.columns)) and drawing.pause(every):
                try:
                    report, lost = live.look(), ""
                except ConnectError as error:
                    lost = error.message
    finally:
        invocation.output.data(_picture(invocation, report))


def _lines(invocation: Invocation, report: LiveReport, lost: str, columns: int) -> list[str]:
    """The picture; where the server is gone, that first."""
    from ...render.layout import clean, indented
    from ...render.live_text import live_lines

    style = invocation.output.style
    lines = live_lines(report, columns=columns, style=style)
    if not lost:
        return lines
    said = indented(f"The server does not answer, this is how it was: {clean(lost)}", columns)
    return [*map(style.alarm, said), "", *lines]
