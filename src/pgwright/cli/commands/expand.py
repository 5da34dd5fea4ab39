"""Make the new side beside the old one, fill it, prove it.

Without NAME all pending migrations are expanded as one unit, with one backfill pass per table. Afterwards the old
and the new version of the application both work. A command that was interrupted or failed goes on where it stopped
when it is given again. Ctrl-C ends the batch under way (exit 130); a second one stops at once.

Example:
    pgwright expand
    pgwright expand 0002_full_name --plan plan.json
"""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from ..folder import Command
from ..naming import stems
from ..options import Invocation, allowing, confirmed, connecting, planned
from ..working import read_plan, run


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@planned
@allowing
@confirmed
@connecting("text", "json", "jsonl")
def command(
    invocation: Invocation, names: tuple[str, ...], plan: Path | None, allow: frozenset[str], yes: bool
) -> None:
    """Expand and show the report."""
    from ...api.expand import expand

    settings, made = invocation.settings(), read_plan(plan)
    chosen = stems(names, settings.migrations)
    run(
        invocation,
        allow,
        yes,
        lambda allow, show, stop: expand(settings, chosen, plan=made, allow=allow, on_event=show, stop=stop),
    )
