"""Look whether a database is healthy: what is wrong, what will be, and the SQL that cures it.

Each CHECK that is named is made, all of them without. It only reads, in read-only transactions with timeouts; it needs
no extension and no superuser, and says what this role cannot see and which grant would change that.

Counters say little, their growth says much: a look is kept on this machine and the next run compares with it. Without
an earlier look, --interval takes two in one run.

--checks names a folder with `.sql` files of your own: each is a SELECT whose rows are findings. `[health]` of
pgwright.toml may name it too, silence checks, and set their thresholds.

Example:
    pgwright health
    pgwright health --interval 10s --fail-on warning
    pgwright health key_runs_out xid_wraparound --format json
    pgwright health --format prometheus > /var/lib/node_exporter/pgwright.prom
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from ...base.errors import UsageError
from ..failing import failing, worst
from ..folder import Command
from ..options import Invocation, connecting, seconds

if TYPE_CHECKING:
    from ...api.health import Manner
    from ...diagnose.health.report import Health


@click.command(cls=Command)
@click.argument("checks", nargs=-1, metavar="[CHECK...]")
@click.option("--interval", callback=seconds, metavar="DURATION",
              help="Take two looks in this run, so far apart, and compare them.")  # fmt: skip
@click.option("--checks", "folder", type=click.Path(path_type=Path), metavar="DIR",
              help="A folder of .sql files that are checks too.")  # fmt: skip
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR",
              help="Where looks are kept. Default: the user's folder for state.")  # fmt: skip
@click.option("--timeout", callback=seconds, default="10s", show_default=True, metavar="DURATION",
              help="How long the query of one check may take.")  # fmt: skip
@click.option("--full", is_flag=True, help="Write out every finding, also the thousandth of a check.")
@click.option("--list", "listing", is_flag=True, help="List the checks and their thresholds, and connect to nothing.")
@failing()
@connecting("text", "json", "html", "prometheus")
def command(
    invocation: Invocation,
    checks: tuple[str, ...],
    interval: float | None,
    folder: Path | None,
    state: Path | None,
    timeout: float,
    full: bool,
    listing: bool,
    fail_on: str,
) -> int:
    """Show the findings; return 1 when one is at or above `--fail-on`."""
    from ...api.health import Manner, health

    if interval is not None and interval < 1:
        raise UsageError("--interval must be a second at least: in less, hardly any counter moves.")
    if timeout <= 0:
        raise UsageError("--timeout must be more than nothing.")
    manner = Manner(checks=checks, folder=folder, state=state, interval=interval, timeout=timeout)
    if listing:
        _list(invocation, manner)
        return 0
    found = health(invocation.settings(), manner=manner)
    _show(invocation, found, full=full)
    return worst(found.findings, fail_on)


def _show(invocation: Invocation, found: Health, *, full: bool) -> None:
    """Writes the health to stdout in the form that was asked for."""
    output = invocation.output
    if invocation.format == "json":
        from ...render.health_json import health_document

        output.document(health_document(found))
    elif invocation.format == "html":
        from ...render.health_html import health_html

        output.data(health_html(found))
    elif invocation.format == "prometheus":
        from ...render.health_prometheus import health_prometheus

        output.data(health_prometheus(found))
    else:
        from ...render.health_text import health_text

        output.data(health_text(found, columns=output.columns, style=output.style, full=full))


def _list(invocation: Invocation, manner: Manner) -> None:
    """Writes the names, titles and thresholds of the checks to stdout."""
    from ...api.health import listed

    checks = listed(invocation.settings(), manner=manner)
    output = invocation.output
    if invocation.format not in ("text", "json"):
        raise UsageError(f"--list is not written as {invocation.format}.", hint="Use --format text or json.")
    if invocation.json:
        from ...render.health_json import checks_document

        output.document(checks_document(checks))
    else:
        from ...render.health_list import health_list

        output.data(health_list(checks, columns=output.columns, style=output.style))
