"""Tables that are put aside before they are dropped: who they are now, by oid, or by name where the plan knew no oid.

An action about them has the parameter `tables`, a list of {"relation": oid or 0, "name": [schema, name], "aside":
name}, and `with`, the oids of tables that earlier statements of the plan drop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...base.lock import LockMode
from ...base.name import RelationName
from ..steps.step import Lock
from . import dropping
from .context import Context


@dataclass(frozen=True, kw_only=True)
class Aside:
    """A table that is to be dropped: its `name` before, its `hidden` one meanwhile, and what it is called `now`."""

    oid: int
    name: RelationName
    hidden: RelationName
    now: RelationName
    planned: bool


def tables(context: Context) -> Iterator[Aside]:
    """The tables of the action that are still there."""
    connection = context.connection
    for each in context.parameters["tables"]:
        name = RelationName(*each["name"])
        hidden = RelationName(name.schema, each["aside"])
        oid = int(each["relation"]) or dropping.oid_of(connection, hidden) or dropping.oid_of(connection, name)
        now = dropping.name_of(connection, oid)
        if now is not None:
            yield Aside(oid=oid, name=name, hidden=hidden, now=now, planned=bool(each["relation"]))


def hanging(context: Context, *, before: bool) -> tuple[str, ...]:
    """What hangs on the tables, each by its name. `before` leaves out what earlier statements of the plan will have
    dropped by then."""
    oids = [each.oid for each in tables(context)]
    if not oids:
        return ()
    earlier = [int(oid) for oid in context.parameters.get("with", ())] if before else []
    return dropping.hanging(context.connection, [*oids, *earlier])


def locks(context: Context, *, around: bool) -> tuple[Lock, ...]:
    """ACCESS EXCLUSIVE on the tables that the plan knew no oid of, and on what dropping them locks too (`around`)."""
    found: list[Lock] = []
    for each in tables(context):
        if not each.planned:
            found.append(Lock(relation=each.now, oid=each.oid, mode=LockMode.ACCESS_EXCLUSIVE))
            found += dropping.locks_around(context.connection, each.oid) if around else ()
    return tuple(found)
