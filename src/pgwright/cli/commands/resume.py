"""Let go on what `pgwright pause` holds.

A backfill that runs goes on within a second, unless the throttle holds it for a reason of its own.

Example:
    pgwright resume
"""

from __future__ import annotations

import rich_click as click

from ..folder import Command
from ..options import Invocation, connecting


@click.command(cls=Command)
@connecting("text", "json")
def command(invocation: Invocation) -> None:
    """End the pause."""
    from ...api.resume import resume
    from ...render.json_ import pause_document

    before, output = resume(invocation.settings()), invocation.output
    if invocation.json:
        output.document(pause_document(None))
    elif before is None:
        output.data("Nothing was paused.\n")
    else:
        output.data(f"The pause of {before.by} is over.\n")
