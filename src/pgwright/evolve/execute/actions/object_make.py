"""Runs statements about one object that is no table, and keeps in the journal what it was before and is after.

The parameter `thing` says who is meant, `statements` what is run; with `aside` the object is renamed to that hidden
name instead, and with `drops` it is looked first whether something hangs on it. `after` is who is meant afterwards
where that differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....base.errors import Refused
from ...steps.step import Lock
from .. import definitions, journal, objects, restoring, resync
from ..context import Context
from ..objects import Address


def beforehand(context: Context) -> None:
    """Raises Refused, before anything of contract is changed, naming what hangs on an object that goes."""
    found = objects.find(context.connection, context.parameters["thing"])
    if not context.parameters.get("drops") or found is None:
        return
    reasons = _hanging(context, found)
    if reasons:
        now = objects.identity(context.connection, found)
        raise Refused(
            f"{now.kind if now else 'object'} {now.sql if now else ''} cannot be dropped: something hangs on it",
            reasons=reasons,
            state="Nothing of this migration was changed by this command.",
            hint="Drop each of them first, then run the same command again; or keep it: pgwright rollback",
        )


def locks(context: Context) -> tuple[Lock, ...]:
    """On a table with open links the sync triggers are made anew around the trigger."""
    return resync.locks(context, _relation(context))


def run(context: Context) -> None:
    """Under the locks of the step, in its transaction."""
    connection, parameters = context.connection, context.parameters
    address = objects.find(connection, parameters["thing"])
    before = restoring.keep(connection, address)
    statements = list(parameters["statements"])
    now = objects.identity(connection, address)
    if parameters.get("drops") and (address is None or now is None):
        return  # somebody has dropped it
    if parameters.get("drops") and address is not None and now is not None:
        if _hanging(context, address):
            restoring.refuse_hanging(context, address, now)
        statements = [objects.rename(now, parameters["aside"])] if parameters.get("aside") else [objects.drop(now)]
    context.run(*statements)
    after = _after(context, parameters, address)
    kept = {
        "before": before,
        "address": [after.catalog, after.oid] if after else None,
        "after": definitions.digest(connection, after) if after else "",
    }
    context.run(journal.set_result(context.unit, context.step.id, kept))
    resync.run(context, _relation(context))


def _after(context: Context, parameters: Mapping[str, Any], before: Address | None) -> Address | None:
    """The object by its place where that is there still, else by what it is called now."""
    connection = context.connection
    if before is not None and objects.identity(connection, before) is not None:
        return before
    return objects.find(connection, parameters.get("after") or parameters["thing"])


def _hanging(context: Context, address: Address) -> tuple[str, ...]:
    """What hangs on it and does not go by an earlier statement of the same plan."""
    earlier = [objects.find(context.connection, each) for each in context.parameters.get("with", ())]
    return objects.hanging(context.connection, [address, *(each for each in earlier if each is not None)])


def _relation(context: Context) -> int:
    """The table whose triggers the step changes, 0 for any other step."""
    return int(context.parameters.get("triggers") or 0)
