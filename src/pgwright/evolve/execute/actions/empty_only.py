"""Runs the statements of a step while the table is empty: on one with rows they would work under a strong lock."""

from __future__ import annotations

from ....base.errors import Refused
from .. import emptiness
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """The statements of the step."""
    return Change(statements=context.step.statements)


def run(context: Context) -> None:
    """Under the lock, before they run. Raises Refused where a row has come since the plan was made."""
    relation = int(context.parameters["relation"])
    filled = emptiness.with_blocks(context.connection, relation, below=context.parameters["below"] != "")
    if filled:
        raise Refused(
            f"{', '.join(filled)} was empty when the plan was made, and is not any more: {context.step.summary}",
            state="Nothing was changed by this step.",
            hint="Undo what was begun: pgwright rollback. Then see what pgwright plan says of a table with rows.",
        )
