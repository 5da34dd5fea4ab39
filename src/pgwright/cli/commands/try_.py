"""See it work: a private server, live traffic, and one real change made twice.

Builds the demo shop, lets an application work on it, and renames a column under it: first by plain SQL, then by
pgwright, with a runner that is killed, a rollback, and a session that holds the table. At the end both stand side by
side: statements, failures, latencies, rows lost. Nothing is left behind.

It takes about a minute. The exit code is 0 only when no statement failed under pgwright and no row was lost, else 1.

With --dsn it uses an empty database of yours instead of a private server, and refuses one that holds anything. The
connection of pgwright.toml and of the environment is never used here.

Example:
    pgwright try
    pgwright try --rows 50000 --format json
"""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import rich_click as click

from ..folder import Command
from ..output import Output, colored

if TYPE_CHECKING:
    from ...demo.stage import Narrator

BROKEN = 1
"""The exit code when the demonstration ran, and pgwright did not keep its promise."""


@click.command(cls=Command)
@click.option("--rows", type=int, default=200_000, show_default=True, help="Users in the shop; orders in proportion.")
@click.option("--clients", type=int, default=4, show_default=True, help="Connections of each of the two applications.")
@click.option("--dsn", metavar="DSN", help="An empty database to use. Default: a private server.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="What stdout carries.")  # fmt: skip
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
              help="Whether to use colours; auto looks at the terminal and NO_COLOR.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No narration on stderr, errors only.")
@click.option("-v", "--verbose", count=True, help="Show where an unexpected error came from.")
def command(rows: int, clients: int, dsn: str | None, form: str, color: str, quiet: bool, verbose: int) -> int:
    """Play the story and print the table, or the one object of `--format json`."""
    from ...demo import story, table

    del verbose  # read from the raw arguments where unexpected errors are reported
    output = Output(color=color, quiet=quiet)
    with _narrator(output) as narrator:
        outcome = story.tell(rows=rows, clients=clients, dsn=dsn, narrator=narrator)
    if form == "json":
        output.document(table.document(outcome))
    else:
        output.data("\n" + "\n".join(table.lines(outcome)) + "\n")
    return 0 if outcome.kept else BROKEN


def _narrator(output: Output) -> AbstractContextManager[Narrator]:
    """The live view on a terminal, plain lines elsewhere."""
    if output.quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        from ...demo.plain import PlainNarrator

        return nullcontext(PlainNarrator(output.narrate))
    from rich.console import Console

    from ...demo.live import LiveNarrator

    return LiveNarrator(Console(stderr=True, no_color=not colored(output.color, sys.stderr)))
