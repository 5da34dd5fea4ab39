"""Sets something of a table or column, and keeps in the journal what it was set to."""

from __future__ import annotations

from .. import journal, setting
from ..context import Context
from . import empty_only


def run(context: Context) -> None:
    """Under the lock: what is there, the statements of the step, and what is there then."""
    if context.parameters.get("empty"):
        empty_only.run(context)
    before = setting.read(context.connection, context.parameters)
    rights = setting.rights(context.connection, context.parameters)
    context.run(*context.step.statements)
    after = setting.read(context.connection, context.parameters)
    kept = {"before": before, "after": after, "rights": list(rights)}
    context.run(journal.set_result(context.unit, context.step.id, kept))
