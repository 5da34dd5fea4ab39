"""Say which statistics are missing, old or too coarse, and which columns the planner should know together.

Looked at are tables that were never analyzed (a partitioned table never is by autovacuum), or have changed much since;
columns whose common values do not fit into what is kept; and of known statements, expressions without statistics and
columns that are compared or grouped by together. Statements come from FILES (server logs, or one .sql file), else
from pg_stat_statements; they are planned, never run.

Whether columns hang together is measured only with --sample: it reads up to 24 MB of each table, and no value leaves
the server. Statistics of columns together are proposed where the planner is wrong by a factor of 5 or more.

Example:
    pgwright advise statistics
    pgwright advise statistics --sample --migration "statistics of orders"
    pgwright advise statistics postgresql.log --format json --fail-on warning
"""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from ...failing import failing, worst
from ...folder import Command
from ...options import Invocation, connecting, seconds


@click.command(cls=Command)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILES]...")
@click.option("--sample", is_flag=True, help="Measure on samples whether columns hang together.")
@click.option("--timeout", callback=seconds, default="10s", show_default=True, metavar="DURATION",
              help="How long one sample may take.")  # fmt: skip
@click.option("--migration", "name", metavar="NAME", help="Write the statements into a migration file.")
@failing("never")
@connecting("text", "json")
def command(
    invocation: Invocation, files: tuple[Path, ...], sample: bool, timeout: float, name: str | None, fail_on: str
) -> int:
    """Show the advice; return 1 when a finding is at or above `--fail-on`."""
    from ....api.advise_statistics import Sampling, advise_statistics
    from ....render.advise_statistics_json import advise_statistics_document
    from ....render.advise_statistics_text import advise_statistics_text
    from ...migrating import written

    settings = invocation.settings()
    how = Sampling(timeout_ms=max(round(timeout * 1000), 1)) if sample else None
    advice = advise_statistics(settings, files, sampling=how)
    path = written(invocation, settings, name, advice.migration)
    output = invocation.output
    if invocation.json:
        output.document(advise_statistics_document(advice, path))
    else:
        output.data(advise_statistics_text(advice, columns=output.columns, style=output.style))
    return worst(advice.findings, fail_on)
