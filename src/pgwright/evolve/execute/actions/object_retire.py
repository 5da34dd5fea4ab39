"""Drops an object for ever that contract has put aside, when nothing hangs on it."""

from __future__ import annotations

from ....base.errors import Refused
from .. import journal, objects
from ..context import Context
from ..objects import Address


def run(context: Context) -> None:
    """Looks once more in the transaction that drops it; does nothing where it is gone."""
    connection = context.connection
    kept = journal.result(connection, context.unit, str(context.parameters["step"]))
    address = Address(*kept["address"]) if kept and kept["address"] else None
    now = objects.identity(connection, address)
    if address is None or now is None:
        return
    reasons = objects.hanging(connection, [address])
    if reasons:
        raise Refused(
            f"{now.kind} {now.sql} cannot be dropped: something hangs on it",
            reasons=reasons,
            state="It is put aside, and nothing is lost.",
            hint="Drop each of them first, then: pgwright contract --finalize. To get it back: pgwright rollback",
        )
    context.run(objects.drop(now))
