"""Run queries and keep their plans as a baseline.

QUERIES are .sql files or folders of them (without any the folder queries), or saved plans. Each statement is one
query, called as its file, the second one stem:2, or as a line `-- name: xyz` above it says. Each is run by EXPLAIN
(ANALYZE) in a transaction that is read only and rolled back. The file is sorted and stable: keep it in version control.

With --plain nothing is executed, and the baseline has estimates only. Statements that change or lock rows are
refused; --execute-writes executes and rolls them back, which leaves dead rows, moves sequences, and fires triggers.

Example:
    pgwright plans save queries -o plans.json
    pgwright plans save reports.sql --repeat 5 --timeout 5min
    pgwright plans save --plain
"""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from ...folder import Command
from ...options import Invocation, connecting
from ...output import write_file
from ...plans import executing, narrated


@click.command(cls=Command)
@click.argument("queries", nargs=-1, type=click.Path(path_type=Path), metavar="[QUERIES]...")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", default="plans.json", show_default=True,
              help="The baseline file.")  # fmt: skip
@click.option("--plain", is_flag=True, help="EXPLAIN without ANALYZE: execute nothing.")
@executing
@connecting("text", "json")
def command(
    invocation: Invocation,
    queries: tuple[Path, ...],
    out: Path,
    plain: bool,
    repeat: int,
    timeout: float,
    execute_writes: bool,
) -> None:
    """Write the baseline."""
    from ....api.plans_save import plans_save
    from ....diagnose.history.baseline import to_document, to_text
    from ....render.plans_text import saved_text

    saved = plans_save(
        invocation.settings(),
        queries,
        analyze=not plain,
        repeat=repeat,
        writes=execute_writes,
        timeout=timeout,
        on_query=narrated(invocation),
    )
    write_file(out, to_text(saved))
    output = invocation.output
    output.narrate(f"Baseline written to {out}.")
    if invocation.json:
        output.document(to_document(saved))
    else:
        output.data(saved_text(saved, columns=output.columns))
