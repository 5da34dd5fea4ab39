"""Change the options of a view, the DEFAULTs of its columns, or its owner.

## What it does

`ALTER VIEW v SET (security_invoker = true)`, `RESET`, `ALTER COLUMN c SET DEFAULT`, `OWNER TO`.

## Why it is dangerous

Both applications read and write through it so from expand on: `security_invoker`, `check_option` and another owner may
hide rows, and refuse what is written.

## Phases and locks

expand: one instant step, ACCESS EXCLUSIVE on the view, milliseconds.

## Rollback

What it had when the step ran comes back, unless somebody has changed the view since.

## Versions

PostgreSQL 14 to 18; `security_invoker` from 15 on.

## Example

    ALTER VIEW ouvertes SET (security_barrier = true);
"""

from __future__ import annotations

from ...sql import alter, parse
from ...sql.things import thing
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.OBJECT_VIEW",)
"""And the like subcommands of ALTER TABLE where they are about a view: see `routing`."""


class AlterView(Typed):
    """Change the view of the ALTER VIEW statement `sql`."""


def compile_(request: Request) -> Compiled:
    """In place."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    relation = request.action.statement.node.relation
    _judged.relations(request)
    wanted = thing("OBJECT_VIEW", None, relation)
    if request.catalog.find(relation.relname, relation.schemaname or None) is None and not _made(request):
        return _objects.missing(request, wanted)
    text = alter.deparsed(alter.alone(request.action))
    _refuse_column(request)
    return Compiled(
        strategy="in place",
        why="whoever reads it goes on",
        hazards=(f"the old application reads and writes through {wanted.own} as it is then from expand on",),
        steps=_objects.changed(request, wanted, text),
    )


def _made(request: Request) -> bool:
    """Whether the plan makes the view."""
    return any(each.name == request.action.statement.node.relation.relname for each in request.made)


def _refuse_column(request: Request) -> None:
    """A column that the view does not have."""
    node, relation = request.action.node, request.action.statement.node.relation
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    view = request.catalog.views.get(oid) if oid is not None else None
    if parse.enum_value(node, "subtype") == "AT_ColumnDefault" and view is not None and node.name not in view.columns:
        raise request.error(f'column "{node.name}" of view "{view.name}" does not exist')
