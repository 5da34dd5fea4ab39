"""Drop views and materialized views that nobody needs any more, and find out who still does while they can come back.

## What it does

`DROP VIEW`, `DROP MATERIALIZED VIEW`. Contract puts them aside under a hidden name; after the grace period they are
dropped.

## Why it is dangerous

The application that still runs may read them.

## Phases and locks

expand: only a look at what hangs on them, each by its name; CASCADE is never used. contract: ACCESS EXCLUSIVE on the
view, milliseconds; before that the known statements are named that have used it since expand.

## Rollback

Until the grace period ends it gets its name back: nothing of it is lost.

## Versions

PostgreSQL 14 to 18.

## Example

    DROP VIEW ouvertes;
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...base.name import RelationName
from ...sql import parse
from ...sql.quote import ident
from ...sql.things import Thing, thing
from ..steps.step import Step
from . import _judged, _objects, drop_object, raw_sql
from ._operation import Compiled, Request

DIRECTIVES = ("allow",)
RECOGNISES = ("DropStmt.OBJECT_VIEW", "DropStmt.OBJECT_MATVIEW")


@dataclass(frozen=True, kw_only=True)
class DropView:
    """Drop the view `name`."""

    name: str
    schema: str | None = None

    def to_sql(self) -> str:
        """DROP VIEW."""
        return f"DROP VIEW {ident(self.name) if self.schema is None else f'{ident(self.schema)}.{ident(self.name)}'};\n"


def compile_(request: Request) -> Compiled:
    """Each view of the statement by itself."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    _judged.cascade(request, parse.enum_value(node, "behavior"))
    kind = parse.enum_value(node, "remove_type")
    compiled, steps = [], []
    for number, each in enumerate(node.objects, 1):
        wanted = thing(kind, each)
        oid = request.catalog.find(wanted.own, wanted.names[0] if len(wanted.names) > 1 else None)
        if oid is not None:
            request.refuse_view(oid)
        compiled.append(drop_object.one(request, wanted, number))
        steps += [_watching(request, wanted, step) for step in compiled[-1].steps]
    last = next((each for each in reversed(compiled) if each.steps), compiled[0])
    hazards = tuple(
        f"whoever reads {thing(kind, each).own} fails from contract on (42P01)" for each in node.objects if steps
    )
    return Compiled(strategy=last.strategy, why=last.why, hazards=hazards, steps=tuple(steps))


def _watching(request: Request, wanted: Thing, step: Step) -> Step:
    """Known statements that use the name are told before contract takes it."""
    if step.action is None or step.action.name != "object_make":
        return step
    schema = wanted.names[0] if len(wanted.names) > 1 else next(iter(request.catalog.search_path), "public")
    name = RelationName(schema, wanted.own)
    parameters = {**step.action.parameters, "watch": [[name.schema, name.name]]}
    return replace(step, action=replace(step.action, parameters=parameters))
