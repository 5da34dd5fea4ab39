"""Name each right and setting that is missing, with its cure.

It looks whether this role on this server can do what pgwright needs. Each finding comes with the statement that
cures it, for who may run it. Nothing is changed. A notice is worth knowing, a warning stops some operations, a
danger stops all of them.

Example:
    pgwright doctor
    pgwright doctor --format json --fail-on warning
"""

from __future__ import annotations

import rich_click as click

from ..folder import Command
from ..options import Invocation, connecting


@click.command(cls=Command)
@click.option("--fail-on", type=click.Choice(["notice", "warning", "danger", "never"]), default="danger",
              show_default=True, help="Exit 1 when something at least as bad was found.")  # fmt: skip
@connecting("text", "json")
def command(invocation: Invocation, fail_on: str) -> int:
    """Show the findings; return 1 when one is at or above `--fail-on`."""
    from ...api.doctor import doctor
    from ...base.finding import Severity
    from ...render.findings_text import findings_text
    from ...render.json_ import findings_document

    findings = doctor(invocation.settings())
    output = invocation.output
    if invocation.json:
        output.document(findings_document(findings))
    else:
        clear = "Nothing is missing: this role can do all that pgwright needs."
        output.data(findings_text(findings, columns=output.columns, style=output.style, clear=clear))
    order = [severity.value for severity in Severity]
    return int(any(order.index(found.severity) >= order.index(fail_on) for found in findings if fail_on in order))
