"""Make the next migration file and print its path.

NAME becomes part of the file's name; spaces and dashes become underscores. The number is one above the highest there
is. The folder is made when it does not exist.

Example:
    pgwright new "full name"
"""

from __future__ import annotations

import rich_click as click

from ..folder import Command
from ..options import Invocation, connecting


@click.command(cls=Command)
@click.argument("name")
@connecting("text", "json")
def command(invocation: Invocation, name: str) -> None:
    """Make the file and print its path."""
    from ...api.new import new

    path = new(invocation.settings(), name)
    if invocation.json:
        invocation.output.document({"version": 1, "path": str(path)})
    else:
        invocation.output.data(f"{path}\n")
    invocation.output.narrate("Write the change as plain SQL into it; pgwright plan shows what it becomes.")
