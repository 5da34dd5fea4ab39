"""Hold backfills and index builds until `pgwright resume`.

One that runs stops between two batches, within a second; one of a runner that starts later waits at its beginning. Both
versions of the application go on working. An index that is being built already is finished. `pgwright status` shows who
has paused, and why.

Example:
    pgwright pause
    pgwright pause --reason "month end, resume on the 2nd"
"""

from __future__ import annotations

import rich_click as click

from ..folder import Command
from ..options import Invocation, connecting


@click.command(cls=Command)
@click.option("--reason", default="", metavar="TEXT", help="Why, for those who wonder.")
@connecting("text", "json")
def command(invocation: Invocation, reason: str) -> None:
    """Pause and say who has."""
    from ...api.pause import pause
    from ...render.json_ import pause_document
    from ...render.status_text import paused_text

    paused, output = pause(invocation.settings(), reason), invocation.output
    if invocation.json:
        output.document(pause_document(paused))
    else:
        output.data(paused_text(paused) + "\n")
