"""Change how a sequence counts, or which column owns it.

## What it does

`ALTER SEQUENCE … AS`, `INCREMENT`, `MINVALUE`, `MAXVALUE`, `START`, `RESTART`, `CACHE`, `CYCLE`, `OWNED BY`.

## Why it is dangerous

Both applications count by it from expand on. `RESTART` may have numbers given out twice.

## Phases and locks

expand: one instant step, SHARE ROW EXCLUSIVE on the sequence, milliseconds in which `nextval` waits; ACCESS SHARE on
the table of the column that owns it.

## Rollback

It counts again as it did when the step ran, unless somebody has changed that since. Numbers that were given out stay
given out, and where RESTART has set it, it goes on from there.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER SEQUENCE numéros INCREMENT BY 10;
"""

from __future__ import annotations

from ...sql import parse
from ...sql.things import Thing
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterSeqStmt",)


class AlterSequence(Typed):
    """Change the sequence of the ALTER SEQUENCE statement `sql`."""


def compile_(request: Request) -> Compiled:
    """One short step."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    _judged.relations(request)
    relation = node.sequence
    wanted = Thing("sequence", tuple(each for each in (relation.schemaname, relation.relname) if each))
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    if oid is None and not any(each.name == relation.relname for each in request.made):
        return _objects.missing(request, wanted)
    if oid is not None and oid not in request.catalog.sequences:
        raise request.error(f'"{relation.relname}" is not a sequence')
    options = {parse.unwrap(each).defname for each in node.options}
    hazards = [f"nextval('{wanted.own}') waits for the milliseconds of the step"]
    if "restart" in options:
        hazards.append("RESTART may have numbers given out twice, and a rollback does not take it back")
    return Compiled(
        strategy="in one short step",
        why="the sequence counts on",
        hazards=tuple(hazards),
        steps=_objects.changed(request, wanted, text),
    )
