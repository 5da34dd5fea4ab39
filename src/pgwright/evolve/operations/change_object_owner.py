"""Give something that is no table to another owner.

## What it does

`ALTER FUNCTION … OWNER TO`, `ALTER SCHEMA … OWNER TO` and the like, for whatever is no table; `ALTER SEQUENCE`,
`MATERIALIZED VIEW` and `FOREIGN TABLE … OWNER TO`, too.

## Why it is dangerous

The former owner loses what only an owner may do, and a SECURITY DEFINER function runs with the rights of the new one
from then on.

## Phases and locks

expand: one instant step; ACCESS EXCLUSIVE on a sequence, materialized view or foreign table, milliseconds, nothing on
any other.

## Rollback

The owner that was there when the step ran gets it back, unless somebody has changed it since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER SCHEMA public OWNER TO postgres;
"""

from __future__ import annotations

from ...sql import alter, parse
from ...sql.things import KINDS, Thing, thing
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterOwnerStmt",)
"""And AT_ChangeOwner of relations that are no tables: see `routing`."""


class ChangeObjectOwner(Typed):
    """Give what the ALTER … OWNER TO statement `sql` names to its new owner."""


def compile_(request: Request) -> Compiled:
    """At once: no statement of an application names an owner."""
    node, text = request.action.node, request.action.statement.text
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    if request.action.statement.kind == "AlterTableStmt":
        text, wanted = alter.deparsed(alter.alone(request.action)), _relation(request)
        _judged.relations(request)
    elif (kind := parse.enum_value(node, "object_type")) in KINDS:
        wanted = thing(kind, node.object)
        _judged.server(request, wanted.own, text)
    else:
        return raw_sql.compile_(request)
    function = next((each for each in request.catalog.functions.values() if each.name.name == wanted.own), None)
    hazards = (
        (f"{wanted.own} is SECURITY DEFINER: it runs with the rights of the new owner from expand on",)
        if wanted.kind in ("function", "procedure", "routine") and function is not None and function.security_definer
        else ()
    )
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=("the owner that was there gets it back",),
        summary=f"give {wanted.shown} to {node.newowner.rolename or 'another owner'}",
        phase=request.moment(),
    )
    return Compiled(
        strategy="catalog-only",
        why="no statement of an application names an owner",
        hazards=hazards,
        steps=_objects.steps(request, made),
    )


def _relation(request: Request) -> Thing:
    """The sequence, materialized view or foreign table."""
    relation = request.action.statement.node.relation
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    kind = "OBJECT_SEQUENCE" if oid in request.catalog.sequences else "OBJECT_MATVIEW"
    return thing("OBJECT_FOREIGN_TABLE" if oid in request.catalog.tables else kind, None, relation)
