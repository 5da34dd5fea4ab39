"""Begin with a database that exists: mark migrations as done without running them.

With NAME (or --upto NUMBER) the migration files up to that one are marked as done: the database has all of them
already. Nothing is run, and nothing is compared; the answer says so.

Without a name and without any migration file the schema is written as the first one, 0001_baseline.sql, by pg_dump,
and marked. Applied to an empty database it makes the same schema. Roles that own or may use things are named in it;
--no-owner and --no-privileges leave them out.

Without a name where migrations were started already nothing is marked, and the structure as it is now is accepted:
changes past pgwright that plan and status name are not named again.

Example:
    pgwright baseline
    pgwright baseline 0042_orders
    pgwright baseline --upto 42
"""

from __future__ import annotations

import rich_click as click

from ..folder import Command
from ..naming import stems
from ..options import Invocation, allowing, connecting


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option("--upto", type=click.IntRange(min=0), metavar="NUMBER", help="The number of the last file, for NAME.")
@click.option("--no-owner", is_flag=True, help="Write no ownership into the first file.")
@click.option("--no-privileges", is_flag=True, help="Write no GRANT and REVOKE into the first file.")
@allowing
@connecting("text", "json")
def command(
    invocation: Invocation,
    name: str | None,
    upto: int | None,
    no_owner: bool,
    no_privileges: bool,
    allow: frozenset[str],
) -> None:
    """Mark, and show what was marked."""
    from ...api.baseline import baseline
    from ...render.json_ import baseline_document
    from ...render.narrate import sentence

    settings, output = invocation.settings(), invocation.output
    chosen = stems((name,), settings.migrations)[0] if name is not None else None
    report = baseline(
        settings,
        chosen,
        upto=upto,
        owners=not no_owner,
        privileges=not no_privileges,
        allow=allow,
        on_event=lambda event: output.narrate(sentence(event)),
    )
    if invocation.json:
        output.document(baseline_document(report))
    else:
        from ...render.status_text import baseline_text

        output.data(baseline_text(report, columns=output.columns, style=output.style))
