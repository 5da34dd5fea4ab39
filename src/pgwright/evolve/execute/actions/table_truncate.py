"""Empties tables, when nothing is lost unasked."""

from __future__ import annotations

from ....base.errors import Unconfirmed
from .. import consent
from ..context import Context


def run(context: Context) -> None:
    """Under the locks: asks for consent where a row has come since it was looked, and empties them."""
    parameters = context.parameters
    if not parameters.get("consented") and Unconfirmed.consent not in context.allow:
        items = [item for item in parameters["destroys"] if consent.holds(context.connection, item)]
        if items:
            raise consent.unconfirmed(items, retiring=True)
    context.run(*context.step.statements)
