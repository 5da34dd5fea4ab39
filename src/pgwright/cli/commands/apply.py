"""Bring the database to the newest migration in one go, for tests, CI and new databases.

Expand, contract and finalize in one command. A file that touches nothing which has rows, in a database that nobody
else uses, runs as typed, in one transaction with its journal row; so do files that touch only what this command made.
Every other file goes through the engine, with all that it guarantees, and without a grace period: the old version of
the application stops working, so this is no command for a running production.

The journal must be there: pgwright init makes it. A file that fails leaves nothing of itself; the files before it are
done and stay, and the next pgwright apply goes on with it. What was expanded before is contracted first.

CREATE INDEX CONCURRENTLY runs without CONCURRENTLY where the table is empty: the index is the same. A file with
something that no transaction may hold, as VACUUM, is journalled statement by statement.

Example:
    pgwright init
    pgwright apply
    pgwright apply 0002_full_name --format jsonl
"""

from __future__ import annotations

import rich_click as click

from ..folder import Command
from ..naming import stems
from ..options import Invocation, allowing, confirmed, connecting
from ..working import run


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@allowing
@confirmed
@connecting("text", "json", "jsonl")
def command(invocation: Invocation, names: tuple[str, ...], allow: frozenset[str], yes: bool) -> None:
    """Apply and show the report."""
    from ...api.apply import apply

    settings = invocation.settings()
    chosen = stems(names, settings.migrations)
    run(
        invocation,
        allow,
        yes,
        lambda allow, show, stop: apply(settings, chosen, allow=allow, on_event=show, stop=stop),
    )
