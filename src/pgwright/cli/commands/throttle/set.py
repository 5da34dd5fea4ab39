"""Set limits of the throttle, for the backfill that runs and for those that come.

KEY is one that `pgwright throttle show` lists: replay_lag, slot_wal, latency, sessions, autovacuum. VALUE is a limit
(10s, 150ms, 16GB, 40), `off`, or `default` for what pgwright.toml says. It takes effect within a second.

Example:
    pgwright throttle set replay_lag=30s
    pgwright throttle set latency=200ms sessions=off
    pgwright throttle set latency=default
"""

from __future__ import annotations

import rich_click as click

from ....base.errors import UsageError
from ...folder import Command
from ...options import Invocation, connecting


@click.command(cls=Command)
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE...")
@connecting("text", "json")
def command(invocation: Invocation, changes: tuple[str, ...]) -> None:
    """Set limits and show all."""
    from ....api.throttle_set import throttle_set
    from ....render.json_ import throttle_document
    from ....render.throttle_text import throttle_text

    wanted = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or not value:
            raise UsageError(f"{change!r} is no KEY=VALUE.", hint="As in: pgwright throttle set replay_lag=30s")
        wanted[key.strip()] = value.strip()
    report, output = throttle_set(invocation.settings(), wanted), invocation.output
    if invocation.json:
        output.document(throttle_document(report))
    else:
        output.data(throttle_text(report, columns=output.columns, style=output.style))
