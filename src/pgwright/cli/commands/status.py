"""Show the states, who runs, and how far backfills are.

With --watch it is shown again every two seconds (or every --interval seconds) until Ctrl-C; where stdout is no
terminal it is written only when something changed.

Example:
    pgwright status
    pgwright status --watch
    pgwright status --format json
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import rich_click as click

from ..folder import Command
from ..options import Invocation, connecting

if TYPE_CHECKING:
    from ...render.report import Status


@click.command(cls=Command)
@click.option("--watch", is_flag=True, help="Show it again and again, until Ctrl-C.")
@click.option("--interval", type=click.FloatRange(min=0.1), default=2.0, show_default=True, metavar="SECONDS",
              help="The pause between two pictures of --watch.")  # fmt: skip
@connecting("text", "json", "jsonl")
def command(invocation: Invocation, watch: bool, interval: float) -> None:
    """Show the status once, or until Ctrl-C."""
    from ...api.status import status

    settings = invocation.settings()
    if not watch:
        invocation.output.data(_picture(invocation, status(settings)))
        return
    shown = ""
    try:
        while True:
            picture = _picture(invocation, status(settings))
            if picture != shown and not _draw(invocation, picture, again=bool(shown)):
                return
            shown = picture
            time.sleep(interval)
    except KeyboardInterrupt:
        return


def _picture(invocation: Invocation, status: Status) -> str:
    """The status as it goes to stdout."""
    from ...render.json_ import status_document
    from ...render.status_text import status_text

    output = invocation.output
    if invocation.json:
        return output.json_text(status_document(status), line=invocation.format == "jsonl")
    return status_text(status, columns=output.columns, style=output.style)


def _draw(invocation: Invocation, picture: str, *, again: bool) -> bool:
    """Replaces the last picture on a terminal; elsewhere the next one follows after an empty line. False when nobody
    looks any more."""
    if invocation.format == "text" and sys.stdout.isatty():
        picture = "\x1b[H\x1b[2J" + picture
    elif invocation.format == "text" and again:
        picture = "\n" + picture
    return invocation.output.data(picture)
