"""Compare two baselines or two saved plans.

BEFORE and AFTER are baselines, or files with a query plan in any form that pgwright reads. Queries are matched by name;
of two files with one plan each these are compared. Nodes are matched by what they do to which relations, not by where
they stand. Nothing is asked of a server.

Example:
    pgwright plans diff plans.json plans-of-the-branch.json
    pgwright plans diff before.json after.json --format json
"""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from ...folder import Command
from ...options import Invocation, connecting


@click.command(cls=Command)
@click.argument("before", type=click.Path(path_type=Path), metavar="BEFORE")
@click.argument("after", type=click.Path(path_type=Path), metavar="AFTER")
@connecting("text", "json")
def command(invocation: Invocation, before: Path, after: Path) -> None:
    """Show what changed."""
    from ....api.plans_diff import plans_diff
    from ....render.plans_json import diff_document
    from ....render.plans_text import diff_text

    comparisons, output = plans_diff(invocation.settings(), before, after), invocation.output
    if invocation.json:
        output.document(diff_document(comparisons))
    else:
        output.data(diff_text(comparisons, columns=output.columns, style=output.style))
