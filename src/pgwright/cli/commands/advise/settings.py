"""Say which settings should change, and how autovacuum comes to large tables.

Settings are looked at beside the machine and the work. What is not given of the machine is looked up where the server
runs on this machine, and said; storage is never looked up. What is fine already is said to be fine, and what cannot be
judged is named. Nothing is changed: each setting comes with its formula, what a change needs (restart, reload), and
the statement.

Large tables that hold too many dead rows come with the storage parameters that keep them below --dead, with the
interval that autovacuum will have. --migration NAME writes these into a migration file; ALTER SYSTEM belongs in none.

Example:
    pgwright advise settings --storage ssd
    pgwright advise settings --memory 64GB --cpus 16 --storage network --connections 200 --workload oltp
    pgwright advise settings --dead 2 --migration "autovacuum of large tables"
"""

from __future__ import annotations

import rich_click as click

from ...failing import failing, worst
from ...folder import Command
from ...options import Invocation, connecting
from ...sizes import size

LEAST = 256 * 1024**2
"""Bytes of memory below which no formula holds."""


def _number(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    """The value, which is a number: `nan` is within every range."""
    if value != value:
        raise click.BadParameter("this is no number.")
    return value


@click.command(cls=Command)
@click.option("--memory", callback=size(least=LEAST), metavar="SIZE", help="Memory of the server's machine, as 16GB.")
@click.option("--cpus", type=click.IntRange(1, 4096), metavar="N", help="Processors of the server's machine.")
@click.option("--storage", type=click.Choice(["ssd", "hdd", "network"]), help="Where the data lies.")
@click.option("--connections", type=click.IntRange(1, 262_143), metavar="N",
              help="How many connections work at once. Default: max_connections.")  # fmt: skip
@click.option("--workload", type=click.Choice(["oltp", "olap", "mixed"]), default="mixed", show_default=True,
              help="Many short statements, few large ones, or both.")  # fmt: skip
@click.option("--dead", type=click.FloatRange(0.01, 50), callback=_number, default=5, show_default=True,
              metavar="PERCENT", help="Dead rows that a large table may have.")  # fmt: skip
@click.option("--migration", "name", metavar="NAME", help="Write the statements of tables into a migration file.")
@failing("never")
@connecting("text", "json")
def command(
    invocation: Invocation,
    memory: int | None,
    cpus: int | None,
    storage: str | None,
    connections: int | None,
    workload: str,
    dead: float,
    name: str | None,
    fail_on: str,
) -> int:
    """Show the advice; return 1 when a finding is at or above `--fail-on`."""
    from ....api.advise_settings import Asked, advise_settings
    from ....diagnose.advise.settings.situation import Hardware
    from ....render.advise_settings_json import advise_settings_document
    from ....render.advise_settings_text import advise_settings_text
    from ...migrating import written

    settings = invocation.settings()
    asked = Asked(
        hardware=Hardware(memory=memory, cpus=cpus, storage=storage),
        workload=workload,
        connections=connections,
        share=dead / 100,
    )
    advice = advise_settings(settings, asked)
    path = written(invocation, settings, name, advice.migration)
    output = invocation.output
    if invocation.json:
        output.document(advise_settings_document(advice, path))
    else:
        output.data(advise_settings_text(advice, columns=output.columns, style=output.style))
    return worst(advice.findings, fail_on)
