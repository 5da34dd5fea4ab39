"""Puts back the definition that was there when a step ran; not over what somebody has changed since."""

from __future__ import annotations

from typing import Any

from psycopg import errors as sqlstate

from ....base.errors import Refused
from ....base.event import Notice
from ...steps.step import Lock
from .. import definitions, journal, moved, objects, restoring, resync
from ..context import Context
from ..objects import Address

_TAKEN = (sqlstate.DuplicateObject, sqlstate.DuplicateTable, sqlstate.DuplicateFunction, sqlstate.DuplicateSchema)


def locks(context: Context) -> tuple[Lock, ...]:
    """On a table with open links the sync triggers are made anew without the trigger."""
    return (*resync.locks(context, int(context.parameters.get("triggers") or 0)), *moved.locks(context))


def run(context: Context) -> None:
    """Drops what the step made, makes what it dropped, and undoes what it changed."""
    connection = context.connection
    kept = journal.result(connection, context.unit, str(context.parameters["step"]))
    if not kept:
        return
    address = moved.follow(connection, Address(*kept["address"]) if kept["address"] else None)
    found = objects.identity(connection, address)
    if address is not None and (found is None or definitions.digest(connection, address) != kept["after"]):
        how = "dropped" if found is None else "changed"
        what = found.sql if found else (kept["before"] or {}).get("sql", "what the step made")
        context.on_event(
            Notice(step=context.step.id, message=f"{what} was {how} since by somebody else, and is left as it is")
        )
        return
    try:
        with connection.transaction():
            now = _undo(context, kept["before"], address)
    except _TAKEN as error:
        raise Refused(
            f"step {context.step.id} ({context.step.summary}): {error.diag.message_primary}",
            state="Nothing was changed by this step.",
            hint="Rename or drop what has the name now, then run the same command again.",
        ) from error
    if now is not None:
        _note(context, now, address, Address(*kept["before"]["address"]))
    resync.run(context, int(context.parameters.get("triggers") or 0))


def _note(context: Context, now: Address, *once: Address | None) -> None:
    """Older steps know the object by where it was before it was made anew."""
    old = [each for each in dict.fromkeys(once) if each is not None and each != now]
    places = [[[each.catalog, each.oid], [now.catalog, now.oid]] for each in old]
    if places:
        context.run(journal.set_result(context.unit, context.step.id, {"moved": places}))


def _undo(context: Context, before: dict[str, Any] | None, address: Address | None) -> Address | None:
    """Where the object is from then on, None where there is none."""
    if address is None:
        return restoring.make_again(context, before) if before is not None else None
    original = moved.follow(context.connection, Address(*before["address"])) if before is not None else None
    if before is not None and original == address:
        return restoring.restore(context, before, address)
    now = objects.identity(context.connection, address)
    assert now is not None, "it was looked for a moment ago"
    restoring.refuse_hanging(context, address, now)
    context.run(objects.drop(now))
    return restoring.make_again(context, before) if before is not None else None
