"""Show steps, locks, estimates and hazards; change nothing.

Without NAME all pending migrations are planned as one unit. A NAME is the stem of a file (0002_full_name), its
number (2, 0002) or the path of the file.

With -o the plan is written to a file as well, and expand, contract and rollback take it with --plan: they refuse it
when a touched relation or one of its dependents was redefined in between (exit 7).

Example:
    pgwright plan
    pgwright plan 0002_full_name --sql
    pgwright plan -o plan.json --exit-code
"""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from ..folder import Command
from ..naming import stems
from ..options import Invocation, allowing, connecting
from ..output import write_file


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the plan file to FILE.")
@click.option("--sql", is_flag=True, help="Show every statement and its undo.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when the plan is not empty.")
@allowing
@connecting("text", "json")
def command(
    invocation: Invocation, names: tuple[str, ...], out: Path | None, sql: bool, exit_code: bool, allow: frozenset[str]
) -> int:
    """Show the plan; return 1 when it is not empty and `--exit-code` was given."""
    from ...api.plan import plan as make_plan
    from ...evolve.plan.plan_file import to_json

    settings = invocation.settings()
    plan = make_plan(settings, stems(names, settings.migrations), allow=allow)
    output = invocation.output
    if out is not None:
        write_file(out, output.json_text(to_json(plan)))
        output.narrate(f"Plan written to {out}.")
    if invocation.json:
        output.document(to_json(plan))
    else:
        from ...render.plan_text import plan_text

        output.data(plan_text(plan, columns=output.columns, style=output.style, sql=sql))
    return 1 if exit_code and plan.steps else 0
