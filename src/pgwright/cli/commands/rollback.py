"""Undo what is not done yet, keeping what was written meanwhile.

Without NAME the newest unit is rolled back. What the new application wrote is kept, in its old form. A rolled back
migration may be expanded again. After a migration is done, undo is a new migration.

Example:
    pgwright rollback
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
    """Roll back and show the report."""
    from ...api.rollback import rollback

    settings, made = invocation.settings(), read_plan(plan)
    chosen = stems(names, settings.migrations)
    run(
        invocation,
        allow,
        yes,
        lambda allow, show, stop: rollback(settings, chosen, plan=made, allow=allow, on_event=show, stop=stop),
    )
