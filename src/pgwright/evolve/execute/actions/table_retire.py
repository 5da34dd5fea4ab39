"""Drops tables for ever: those that were put aside, when nothing hangs on them and nothing is lost unasked."""

from __future__ import annotations

from ....base.errors import Refused, Unconfirmed
from ....sql.quote import qualified
from ...steps.step import Lock
from .. import aside, consent
from ..context import Context


def locks(context: Context) -> tuple[Lock, ...]:
    """Of tables that did not exist when the plan was made, and of what they refer to by now."""
    return aside.locks(context, around=True)


def run(context: Context) -> None:
    """Looks once more under the lock, and drops all in one statement, as they were written."""
    found = list(aside.tables(context))
    if not found:
        return
    if reasons := aside.hanging(context, before=False):
        raise Refused(
            f"{', '.join(str(each.name) for each in found)} cannot be dropped: something hangs on it",
            reasons=reasons,
            state="It is put aside, and nothing is lost.",
            hint="Drop each of them first, then: pgwright contract --finalize. To get it back: pgwright rollback",
        )
    parameters = context.parameters
    if not parameters.get("consented") and Unconfirmed.consent not in context.allow:
        # Asked before, too; but a row may have come since, through a parent or another transaction.
        lost = [item for item in parameters["destroys"] if consent.holds(context.connection, item)]
        if lost:
            raise consent.unconfirmed(lost, retiring=True)
    context.run(f"DROP TABLE {', '.join(qualified(each.now) for each in found)}")
