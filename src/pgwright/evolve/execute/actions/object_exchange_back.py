"""Gives the old object its name back and drops the new one; not where somebody has changed that since."""

from __future__ import annotations

from ....base.event import Notice
from ....sql.quote import ident, qualified
from .. import definitions, journal, objects, restoring
from ..context import Context
from ..objects import Address


def run(context: Context) -> None:
    """Under the locks of both; does nothing where the old one is gone."""
    connection, parameters = context.connection, context.parameters
    kept = journal.result(connection, context.unit, str(parameters["step"]))
    if not kept:
        return
    old, new = Address(*kept["address"]), Address(*kept["new"])
    there, now = objects.identity(connection, old), objects.identity(connection, new)
    if there is None or (now is not None and definitions.digest(connection, new) != kept["after"]):
        message = (
            "the new one was changed since by somebody else, or the old one dropped, and both are left as they are"
        )
        context.on_event(Notice(step=context.step.id, message=message))
        return
    name = str(now.name if now is not None else parameters["thing"]["names"][-1])
    if now is not None:
        restoring.refuse_hanging(context, new, now)
        context.run(objects.drop(now))
    context.run(objects.rename(there, name))
    for _, wanted, aside in parameters["indexes"]:
        context.run(f"ALTER INDEX IF EXISTS {qualified(parameters['schema'], aside)} RENAME TO {ident(wanted)}")
