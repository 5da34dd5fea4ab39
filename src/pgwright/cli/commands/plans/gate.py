"""Run queries again and fail when one got worse: a gate for CI.

QUERIES are those of `pgwright plans save`. Blocks decide, from the cache or not: a query is worse when it touches more
than --ratio times as many as in the baseline, and --blocks more at least; the same holds for temporary files, and for
the WAL of statements that write. Of all runs the one with the fewest blocks counts. A cold cache, rows that wait for a
VACUUM, and a slow machine fail nothing; --time judges time too, where it is beyond all runs of both sides and all that
other queries are slower, and the plan turned or the blocks rose. A query that fails is worse. A plan that turned and is
not worse is a notice.

A query of the baseline that was not executed is compared by cost, on the same major version only. With --update the
baseline is written anew, and what did not change keeps its entry to the letter. In GitHub Actions each finding is an
annotation too.

Example:
    pgwright plans gate queries --baseline plans.json
    pgwright plans gate --ratio 1.5 --time
    pgwright plans gate --update
"""

from __future__ import annotations

import os
from pathlib import Path

import rich_click as click

from ...failing import failing, worst
from ...folder import Command
from ...options import Invocation, connecting
from ...output import write_file
from ...plans import executing, narrated


@click.command(cls=Command)
@click.argument("queries", nargs=-1, type=click.Path(path_type=Path), metavar="[QUERIES]...")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", default="plans.json", show_default=True,
              help="The file that plans save wrote.")  # fmt: skip
@click.option("--ratio", type=click.FloatRange(min=1), default=1.2, show_default=True, metavar="TIMES",
              help="A query is worse when it takes more than TIMES as much,")  # fmt: skip
@click.option("--blocks", type=click.FloatRange(min=0), default=16, show_default=True, metavar="N",
              help="and N blocks more at least.")  # fmt: skip
@click.option("--time", is_flag=True, help="Judge time too.")
@click.option("--update", is_flag=True, help="Write what was measured as the new baseline; exit 0.")
@failing()
@executing
@connecting("text", "json")
def command(
    invocation: Invocation,
    queries: tuple[Path, ...],
    baseline: Path,
    ratio: float,
    blocks: float,
    time: bool,
    update: bool,
    fail_on: str,
    repeat: int,
    timeout: float,
    execute_writes: bool,
) -> int:
    """Show what the gate found; return 1 when something is at or above `--fail-on`."""
    from ....api.plans_gate import plans_gate
    from ....diagnose.history.baseline import to_text
    from ....diagnose.history.limits import Limits
    from ....render.plans_annotations import annotated
    from ....render.plans_json import gate_document
    from ....render.plans_text import gate_text

    gated = plans_gate(
        invocation.settings(),
        queries,
        against=baseline,
        limits=Limits(ratio=ratio, blocks=blocks, time=time),
        update=update,
        repeat=repeat,
        writes=execute_writes,
        timeout=timeout,
        on_query=narrated(invocation),
    )
    output = invocation.output
    if gated.update is not None:
        write_file(baseline, to_text(gated.update))
        output.narrate(f"Baseline written to {baseline}.")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        output.narrate(annotated(gated.gate.findings))
    if invocation.json:
        output.document(gate_document(gated.gate))
    else:
        output.data(gate_text(gated.gate, columns=output.columns, style=output.style))
    return 0 if update else worst(gated.gate.findings, fail_on)
