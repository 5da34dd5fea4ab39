"""Show the limits that hold a backfill back, and what is there now.

A backfill waits while a reading is above its limit, and while one that has a limit cannot be seen. Limits come from
[throttle] in pgwright.toml; what `pgwright throttle set` says stands above it.

Example:
    pgwright throttle show
    pgwright throttle show --format json
"""

from __future__ import annotations

import rich_click as click

from ...folder import Command
from ...options import Invocation, connecting


@click.command(cls=Command)
@connecting("text", "json")
def command(invocation: Invocation) -> None:
    """Show the limits in force."""
    from ....api.throttle_show import throttle_show
    from ....render.json_ import throttle_document
    from ....render.throttle_text import throttle_text

    report, output = throttle_show(invocation.settings()), invocation.output
    if invocation.json:
        output.document(throttle_document(report))
    else:
        output.data(throttle_text(report, columns=output.columns, style=output.style))
