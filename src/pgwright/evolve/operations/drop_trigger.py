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
from types import SimpleNamespace

from ...catalog.values import Table, View
from ...sql import parse
from ...sql.quote import ident
from ...sql.things import Thing, thing
from . import _judged, _objects, _pairs, raw_sql
from ._operation import Compiled, Request
from .create_trigger import relation_of

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
        table = ident(self.table) if self.schema is None else f"{ident(self.schema)}.{ident(self.table)}"
        return f"DROP TRIGGER {ident(self.name)} ON {table};\n"


def compile_(request: Request) -> Compiled:
    """With contract."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    _judged.cascade(request, parse.enum_value(node, "behavior"))
    (wanted,) = (thing("OBJECT_TRIGGER", each) for each in node.objects)
    if absent(request, wanted):
        return Compiled(strategy="nothing to do", why=f"there is no {wanted.shown}, and IF EXISTS allows that")
    owner = owner_of(request, wanted)
    if _pairs.made_again(request, wanted):
        return Compiled(
            strategy="with the statement that makes it again", why=f"{wanted.shown} is replaced in one transaction"
        )
    there = owner is None or any(each.name == wanted.own for each in owner.triggers)
    if not there:
        if node.missing_ok:
            return Compiled(strategy="nothing to do", why=f"there is no {wanted.shown}, and IF EXISTS allows that")
        raise request.error(f"{wanted.shown} does not exist")
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


def absent(request: Request, wanted: Thing) -> bool:
    """Whether IF EXISTS is about a relation that is not there."""
    *schema, name, _ = wanted.names
    found = request.catalog.find(name, schema[-1] if schema else None)
    made = any(each.name == name for each in request.made)
    return bool(request.action.node.missing_ok) and found is None and not made


def owner_of(request: Request, wanted: Thing) -> Table | View | None:
    """The table or view that a trigger, policy or rule stands on, checked as any table that is to change."""
    *schema, name, _ = wanted.names
    relation = SimpleNamespace(schemaname=schema[-1] if schema else "", relname=name)
    owner = relation_of(request, relation)
    if isinstance(owner, Table):
        return request.changeable(relation)
    if owner is not None:
        request.refuse_view(owner.oid)
    return owner
