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

from ..failing import failing, worst
from ..folder import Command
from ..options import Invocation, connecting


@click.command(cls=Command)
@failing()
@connecting("text", "json")
def command(invocation: Invocation, fail_on: str) -> int:
    """Show the findings; return 1 when one is at or above `--fail-on`."""
    from ...api.doctor import doctor
    from ...render.findings_text import findings_text
    from ...render.json_ import findings_document

    findings = doctor(invocation.settings())
    output = invocation.output
    if invocation.json:
        output.document(findings_document(findings))
    else:
        clear = "Nothing is missing: this role can do all that pgwright needs."
        output.data(findings_text(findings, columns=output.columns, style=output.style, clear=clear))
    return worst(findings, fail_on)
