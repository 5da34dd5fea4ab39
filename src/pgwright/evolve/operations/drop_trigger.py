"""Drop a trigger, with a way back.

## What it does

`DROP TRIGGER x ON t`. Contract drops it; until then it fires for both applications.

## Why it is dangerous

What the old application relies on (a time that is set, a row that is written elsewhere) is not done any more. As typed
the lock waits behind, and holds up, everything on the table.

## Phases and locks

contract: one short step, ACCESS EXCLUSIVE on the table with all its partitions, milliseconds.

## Rollback

Until the grace period ends it comes back as it was when it was dropped, with its state and comment. What was written
meanwhile it has not seen.

## Versions

PostgreSQL 14 to 18.

## Example

    DROP TRIGGER horodatage ON commandes;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Table
from ...sql import parse
from ...sql.quote import ident
from . import _judged, _objects, _standing, raw_sql
from ._operation import Compiled, Request
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("DropStmt.OBJECT_TRIGGER",)


@dataclass(frozen=True, kw_only=True)
class DropTrigger:
    """Drop the trigger `name` of `table`."""

    table: str
    name: str
    schema: str | None = None

    def to_sql(self) -> str:
        """DROP TRIGGER."""
        return f"DROP TRIGGER {ident(self.name)} ON {table_sql(self.table, self.schema)};\n"


def compile_(request: Request) -> Compiled:
    """With contract."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    _judged.cascade(request, parse.enum_value(node, "behavior"))
    found = _standing.standing(request, "OBJECT_TRIGGER")
    if isinstance(found, Compiled):
        return found
    wanted, owner = found
    there = owner is None or any(each.name == wanted.own for each in owner.triggers)
    if not there:
        return _objects.missing(request, wanted)
    if any(each.name == wanted.own and each.parent for each in (owner.triggers if owner else ())):
        raise request.error(
            f"{wanted.shown} is that of a partitioned table, on a partition", hint="Drop it on the parent."
        )
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(drop,),
        undo=_objects.RESTORED,
        summary=f"drop {wanted.shown}",
        triggers=owner.oid if isinstance(owner, Table) else 0,
    )
    return Compiled(
        strategy="with contract",
        why="the old application may rely on what it does",
        hazards=(f"until contract {wanted.own} fires for the new application, too",),
        steps=_objects.dropped(request, made),
    )
