"""Make a project and the journal, or print the script for it.

A project is pgwright.toml and the migrations folder. The journal is the schema pgwright of the target database.
Making it needs CREATE on the database, once. With --sql nothing is touched and the script is printed instead, for
somebody who has that right. What exists already is left as it is.

Example:
    pgwright init
    pgwright init --sql --role migrator > journal.sql
"""

from __future__ import annotations

import rich_click as click

from ...base.errors import UsageError
from ..folder import Command
from ..options import Invocation, connecting


@click.command(cls=Command)
@click.option("--sql", is_flag=True, help="Print the script that makes the journal; connect to nothing.")
@click.option("--role", metavar="NAME", help="With --sql: the role that will migrate, and is to own the journal.")
@connecting("text", "json")
def command(invocation: Invocation, sql: bool, role: str | None) -> None:
    """Make project and journal, or print the script."""
    from ...api.init import init, init_script

    output = invocation.output
    if role is not None and not sql:
        raise UsageError("--role needs --sql: without it the connecting role makes the journal and owns it.")
    if sql:
        script = init_script(role)
        output.data(output.json_text({"version": 1, "sql": script}) if invocation.json else script)
        return
    made = init(invocation.settings(), folder=invocation.folder)
    if invocation.json:
        output.document({"version": 1, "made": list(made)})
    elif made:
        output.data("".join(f"made {thing}\n" for thing in made))
    else:
        output.data("Everything is there already.\n")
    output.narrate("Next: pgwright new NAME.")
