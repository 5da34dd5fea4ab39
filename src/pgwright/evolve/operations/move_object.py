"""Move something that is no table into another schema.

## What it does

`ALTER FUNCTION … SET SCHEMA`, `ALTER TYPE … SET SCHEMA`, `ALTER EXTENSION … SET SCHEMA` and the like, for whatever is
no relation.

## Why it is dangerous

Whoever says its old full name, or finds it by a search_path without the new schema, fails.

## Phases and locks

A statistics object, which nobody names: expand. All else: contract. No table is locked.

## Rollback

It is moved back, unless somebody has changed it or taken the name since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TYPE humeur SET SCHEMA public;
"""

from __future__ import annotations

from ...sql import parse
from ...sql.quote import ident
from ...sql.things import Thing, thing
from ..steps.step import Phase
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed
from .rename_object import UNNAMED

DIRECTIVES = ("allow",)
_KINDS = """
    AGGREGATE COLLATION CONVERSION DOMAIN EXTENSION FUNCTION OPCLASS OPERATOR OPFAMILY PROCEDURE ROUTINE STATISTIC_EXT
    TSCONFIGURATION TSDICTIONARY TSPARSER TSTEMPLATE TYPE
"""
RECOGNISES = tuple(f"AlterObjectSchemaStmt.OBJECT_{name}" for name in _KINDS.split())


class MoveObject(Typed):
    """Move what the ALTER … SET SCHEMA statement `sql` names."""


def compile_(request: Request) -> Compiled:
    """At once where nobody says the name, else with contract."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    wanted = thing(parse.enum_value(node, "object_type"), node.object)
    _judged.server(request, wanted.own, text)
    unnamed = wanted.kind in UNNAMED
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=_back(wanted, node.newschema) or _objects.RESTORED,
        back=_back(wanted, node.newschema),
        summary=f"move {wanted.shown} to schema {node.newschema}",
        phase=request.moment() if unnamed else Phase.CONTRACT,
    )
    hazards = () if unnamed else (f"from contract on whoever says {wanted.shown} by its old schema fails",)
    return Compiled(
        strategy="catalog-only" if unnamed else "with contract",
        why="no statement of an application says the name" if unnamed else "the old application says the old name",
        hazards=hazards,
        steps=_objects.steps(request, made),
    )


def _back(wanted: Thing, schema: str) -> tuple[str, ...]:
    """The inverse where the statement says the schema that it is in; else only the server knows."""
    named = wanted.names[0].count(".") if wanted.kind == "type" else len(wanted.names) - 1
    if wanted.kind == "extension" or not named:
        return ()
    first = wanted.names[0].partition(".")[0] if wanted.kind == "type" else wanted.names[-2]
    return (f"ALTER {_objects.words(wanted.within(schema))} SET SCHEMA {ident(first)}",)
