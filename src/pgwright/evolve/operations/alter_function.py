"""Change the properties of a function or procedure.

## What it does

`ALTER FUNCTION f(int) STABLE`, `PARALLEL SAFE`, `SECURITY DEFINER`, `COST`, `SET …` and the like.

## Why it is dangerous

Both applications call it so from expand on. Volatility and strictness change plans, SECURITY DEFINER whose rights it
has.

## Phases and locks

expand: one instant step; no table is locked.

## Rollback

The definition that was there when the step ran comes back, unless somebody has changed it since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER FUNCTION total(integer) STABLE;
"""

from __future__ import annotations

from ...sql import parse
from ...sql.things import thing
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterFunctionStmt",)


class AlterFunction(Typed):
    """Change the function of the ALTER FUNCTION statement `sql`."""


def compile_(request: Request) -> Compiled:
    """In place."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    kinds = {"OBJECT_PROCEDURE", "OBJECT_ROUTINE"}
    kind = parse.enum_value(node, "objtype")
    wanted = thing(kind if kind in kinds else "OBJECT_FUNCTION", node.func)
    _judged.server(request, wanted.own, text)
    return Compiled(
        strategy="in place",
        why="whoever calls it goes on",
        hazards=(f"the old application calls {wanted.own} as it is then from expand on",),
        steps=_objects.changed(request, wanted, text),
    )
