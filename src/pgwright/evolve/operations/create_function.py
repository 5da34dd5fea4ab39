"""Create a function or procedure, or replace one in place.

## What it does

`CREATE [OR REPLACE] FUNCTION` and `PROCEDURE`. `DROP FUNCTION f(int); CREATE FUNCTION f(int) …` in one file changes
what OR REPLACE may not (the type that it returns): the new one is made beside under a hidden name, and contract
exchanges the names in one transaction.

## Why it is dangerous

Both applications call the new one from expand on, in the middle of what they do. Dropped and created as typed it is
missing in between.

## Phases and locks

expand: one instant step; no table is locked. With DROP before it: expand makes it beside, contract exchanges the names,
and owner, rights and comment of the old one go over to the new one.

## Rollback

The definition that was there when the step ran comes back, a new one is dropped; not over what somebody has changed
since. Where PostgreSQL does not let it be put back in place (an argument got a DEFAULT or a name) it is made anew,
unless something hangs on it: then that is named.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE OR REPLACE FUNCTION total(integer) RETURNS bigint LANGUAGE sql AS 'SELECT $1::bigint * 2';
"""

from __future__ import annotations

from ...sql import parse
from ...sql.things import routine
from . import _judged, _objects, _pairs, _swapped, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("CreateFunctionStmt",)


class CreateFunction(Typed):
    """Create or replace the function of the statement `sql`."""


def compile_(request: Request) -> Compiled:
    """In place, or beside where it is dropped before."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    wanted = routine(node)
    there = request.examine(wanted.parameter(), ()) if request.examine is not None else None
    if there is not None and _pairs.dropped_before(request, wanted):
        aside = _swapped.beside_name(request, wanted)
        beside = type(node)()
        beside.CopyFrom(node)
        parse.unwrap(beside.funcname[-1]).sval = aside
        return _swapped.compiled(request, wanted, wanted.called(aside), parse.deparse_statement(beside))
    _judged.server(request, wanted.own, text)
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=(drop,) if there is None else _objects.RESTORED,
        back=(drop,) if there is None else (),
        summary=f"{'create' if there is None else 'replace'} {wanted.shown}",
        phase=request.moment(),
    )
    hazards = () if there is None else (f"the old application calls the new {wanted.own} from expand on",)
    return Compiled(
        strategy="catalog-only" if there is None else "in place",
        why="what is new is in nobody's way" if there is None else "whoever calls it goes on, and gets the new one",
        hazards=hazards,
        steps=_objects.steps(request, made),
    )
