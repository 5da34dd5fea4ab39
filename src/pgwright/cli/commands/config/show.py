"""Show every setting with its value and where that came from.

A connection is taken from --dsn, else PGWRIGHT_DSN, the profile, DATABASE_URL, and libpq's own variables, in this
order. Passwords are hidden. Nothing is connected to.

Example:
    pgwright config show
    pgwright config show --profile staging --format json
"""

from __future__ import annotations

import rich_click as click

from ...folder import Command
from ...options import Invocation, connecting


@click.command(cls=Command)
@connecting("text", "json")
def command(invocation: Invocation) -> None:
    """Show the settings in force."""
    from ....api.config_show import config_show
    from ....render.config_text import config_document, config_text

    values = config_show(invocation.settings())
    output = invocation.output
    if invocation.json:
        output.document(config_document(values))
    else:
        output.data(config_text(values, columns=output.columns, style=output.style))
