"""Create a trigger, or replace one.

## What it does

`CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`. `DROP TRIGGER x ON t; CREATE TRIGGER x … ON t` in one file is one step, so
that no row is written in between.

## Why it is dangerous

It fires for what the old application writes, too: an error in it fails statements that worked, and a BEFORE trigger
changes what they store. As typed the lock waits behind, and holds up, everything that writes.

## Phases and locks

expand: one instant step, SHARE ROW EXCLUSIVE on the table with all its partitions, milliseconds; ACCESS EXCLUSIVE where
one is replaced by DROP and CREATE, or where columns of the table are between two names: then the triggers that keep
them in step are made anew around it.

## Rollback

It is dropped (ACCESS EXCLUSIVE, milliseconds), or the one that was there comes back with its state and comment; not
over what somebody has changed since.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE TRIGGER horodatage BEFORE UPDATE ON commandes FOR EACH ROW EXECUTE FUNCTION horodate();
"""

from __future__ import annotations

from ...catalog.values import Table, View
from ...sql.things import Thing
from . import _copies, _judged, _objects, _pairs, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("CreateTrigStmt",)


class CreateTrigger(Typed):
    """Create the trigger of the statement `sql`."""


def compile_(request: Request) -> Compiled:
    """One short step."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    wanted = Thing("trigger", on(node.relation, node.trigname))
    _judged.relations(request)
    _judged.columns_in_flight(request)
    owner = relation_of(request, node.relation)
    again = _pairs.dropped_before(request, wanted)
    there = owner is not None and any(each.name == node.trigname for each in owner.triggers)
    if there and not (again or node.replace):
        raise request.error(
            f'trigger "{node.trigname}" for relation "{owner.name if owner else ""}" already exists',
            hint="Say CREATE OR REPLACE TRIGGER, or drop it in a statement before this one.",
        )
    if isinstance(owner, Table):
        request.changeable(node.relation)
        _copies.refuse(request, owner, node, "relation")
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(drop, text) if there and again else (text,),
        undo=(drop,) if not there else _objects.RESTORED,
        back=(drop,),
        summary=f"{'replace' if there else 'create'} {wanted.shown}",
        phase=request.moment(),
        triggers=owner.oid if isinstance(owner, Table) else 0,
    )
    hazard = (
        f"{node.trigname} fires for what the old application writes, too, from expand on: an error in it fails its "
        "statements"
    )
    return Compiled(
        strategy="in one short step",
        why="nothing is read or written",
        hazards=(hazard,),
        steps=_objects.steps(request, made),
    )


def on(relation: object, name: str) -> tuple[str, ...]:
    """The names of a part of a relation."""
    schema, own = getattr(relation, "schemaname", ""), getattr(relation, "relname", "")
    return (schema, own, name) if schema else (own, name)


def relation_of(request: Request, relation: object) -> Table | View | None:
    """The table or view, None for one that the plan makes. Raises where there is none."""
    schema, name = getattr(relation, "schemaname", "") or None, str(getattr(relation, "relname", ""))
    oid = request.catalog.find(name, schema)
    if oid is not None:
        return request.catalog.tables.get(oid) or request.catalog.views.get(oid)
    if any(each.name == name and schema in (None, each.schema) for each in request.made):
        return None
    request.table(relation)
    return None
