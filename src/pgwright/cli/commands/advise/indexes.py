"""Say which indexes make the workload cheapest, and which of those that are there nobody would miss.

The workload is what pg_stat_statements knows of the database; or FILE: server logs in any form, or one .sql file with
statements. Every index is tried before it is advised: on a private server on this machine that has the schema, the
statistics and the file sizes of the database, and none of its rows. The database itself is only looked at, and needs
no extension for it.

Where this machine has no server programs for it, they are tried by HypoPG if the database has that extension, else by a
model of costs; which it was, and why, is told.

The statistics hold sample values of columns. They stay on this machine and are deleted at the end; --blank keeps
those of a column where they are. Of most expressions (doc ->> 'user', a day of a time) there are none before an index
is there: with --sample they are looked at in up to 30,000 rows of their tables, which come here, too.

Each index comes with what it saves by itself, its size, what it costs those who write, and the statements that get
faster or slower. Indexes that are there are compared in full, and hidden from the planner before their DROP is advised.
--migration NAME writes all of it into a migration file, which pgwright expands online.

Example:
    pgwright advise indexes
    pgwright advise indexes --budget 500MB --write-budget 5 --migration "indexes of the workload"
    pgwright advise indexes /var/log/postgresql/*.csv --seconds 300
    pgwright advise indexes queries.sql --blank public.utilisateurs.email --format json
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from ...folder import Command
from ...options import Invocation, connecting, seconds
from ...sizes import size

if TYPE_CHECKING:
    from ....api.advise_indexes import Progress


@click.command(cls=Command)
@click.argument("files", nargs=-1, metavar="[FILE]…", type=click.Path(path_type=Path))
@click.option("--budget", callback=size(least=0), metavar="SIZE", help="The most that new indexes may take, as 500MB.")
@click.option("--write-budget", type=click.FloatRange(0, 100), metavar="PERCENT",
              help="The most that writing may cost more, of the workload.")  # fmt: skip
@click.option("--gain", type=click.FloatRange(0, 100), default=1, show_default=True, metavar="PERCENT",
              help="What each index has to save by itself, of the workload.")  # fmt: skip
@click.option("--seconds", "patience", callback=seconds, default="60s", show_default=True, metavar="DURATION",
              help="How long to search; what was found until then is shown.")  # fmt: skip
@click.option("--replica", "replicas", multiple=True, metavar="DSN",
              help="A standby whose reads count before an index is called unused.")  # fmt: skip
@click.option("--blank", multiple=True, metavar="COLUMN",
              help="schema.table.column: its sample values stay where they are.")  # fmt: skip
@click.option("--sample", is_flag=True, help="Look at the values of expressions in samples of their tables.")
@click.option("--tier", type=click.Choice(["clone", "hypopg", "model"]),
              help="Where indexes are tried; without it the first of these that there is.")  # fmt: skip
@click.option("--migration", "name", metavar="NAME", help="Write the statements into a migration file.")
@connecting("text", "json")
def command(
    invocation: Invocation,
    files: tuple[Path, ...],
    budget: int | None,
    write_budget: float | None,
    gain: float,
    patience: float,
    replicas: tuple[str, ...],
    blank: tuple[str, ...],
    sample: bool,
    tier: str | None,
    name: str | None,
) -> None:
    """Show the advice."""
    from ....api.advise_indexes import IndexesAsked, advise_indexes
    from ....render.advise_indexes_json import advise_indexes_document
    from ....render.advise_indexes_text import advise_indexes_text
    from ...migrating import written

    settings = invocation.settings()
    asked = IndexesAsked(
        files=files,
        bytes=float("inf") if budget is None else budget,
        writing=float("inf") if write_budget is None else write_budget / 100,
        gain=gain / 100,
        seconds=patience,
        replicas=replicas,
        blank=blank,
        tier=tier or "",
        sample=sample,
    )
    report = advise_indexes(settings, asked, tell=_narrated(invocation))
    path = written(invocation, settings, name, report.migration)
    output = invocation.output
    if invocation.json:
        output.document(advise_indexes_document(report, path))
    else:
        output.data(advise_indexes_text(report, columns=output.columns, style=output.style))


_EVERY = 3.0  # seconds between two lines about the same stage


def _narrated(invocation: Invocation) -> Callable[[Progress], None]:
    """Tells each new stage in a line, and how far it is every few seconds."""
    from time import monotonic

    from ....render.advise_indexes_text import progress_text

    stage, last = "", 0.0

    def tell(progress: Progress) -> None:
        nonlocal stage, last
        if progress.what != stage or monotonic() - last >= _EVERY:
            stage, last = progress.what, monotonic()
            invocation.output.narrate(
                progress_text(progress.what, progress.done, progress.whole, progress.ratio, progress.bytes)
            )

    return tell
