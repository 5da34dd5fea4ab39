"""Remove the old side: only the new application works from here on.

Without NAME all expanded migrations are contracted. Run it when the last old application has gone; pgwright status
reports statements that still use the old names. With --grace the old side is kept in step for a while after the
flip, and rollback stays possible until then or until --finalize.

What would lose data for ever is asked for on a terminal, by the table's name; elsewhere it needs --yes --allow
destructive. A plain rename loses nothing and asks nothing.

Example:
    pgwright contract
    pgwright contract 0002_full_name --grace 2h
    pgwright contract --finalize
"""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from ...base.errors import UsageError
from ..folder import Command
from ..naming import stems
from ..options import Invocation, allowing, confirmed, connecting, planned, seconds
from ..working import read_plan, run


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--grace", callback=seconds, metavar="DURATION", help="Keep the old side that long: 90s, 30min, 2h, 1d.")
@click.option("--finalize", is_flag=True, help="End the grace period now.")
@planned
@allowing
@confirmed
@connecting("text", "json", "jsonl")
def command(
    invocation: Invocation,
    names: tuple[str, ...],
    grace: float | None,
    finalize: bool,
    plan: Path | None,
    allow: frozenset[str],
    yes: bool,
) -> None:
    """Contract and show the report."""
    if finalize and grace is not None:
        raise UsageError("--grace and --finalize exclude each other.")
    from ...api.contract import contract

    settings, made = invocation.settings(), read_plan(plan)
    chosen = stems(names, settings.migrations)
    run(
        invocation,
        allow,
        yes,
        lambda allow, show, stop: contract(
            settings, chosen, plan=made, allow=allow, grace=grace, finalize=finalize, on_event=show, stop=stop
        ),
    )
