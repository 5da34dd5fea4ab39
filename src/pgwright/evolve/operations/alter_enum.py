"""Add a value to an enum, or give one another name.

## What it does

`ALTER TYPE humeur ADD VALUE 'x'` and `RENAME VALUE 'a' TO 'b'`. A value cannot be removed in SQL: make a new type, and
change each column to it by `ALTER TABLE t ALTER COLUMN c TYPE nouvelle USING …`, which moves the rows while both
applications work; what `USING` says of the value that goes is up to you. Then drop the old type.

## Why it is dangerous

A new value cannot be used in the transaction that adds it: each step here is one of its own, so that later statements
of the file may use it. A value with another name fails whoever writes the old one (22P02).

## Phases and locks

ADD VALUE: expand. RENAME VALUE: contract; until then both applications write the old name. No table is locked.

## Rollback

ADD VALUE: none, because PostgreSQL cannot remove a value; it is in nobody's way, and the next expand finds it there.
RENAME VALUE: the old name comes back.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TYPE humeur ADD VALUE 'las' AFTER 'triste';
"""

from __future__ import annotations

from ...sql import parse
from ...sql.quote import ident, literal
from ...sql.things import Thing
from ..steps.step import Action, Kind, Phase, Step
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterEnumStmt",)


class AlterEnum(Typed):
    """Add or rename the value of the ALTER TYPE statement `sql`."""


def compile_(request: Request) -> Compiled:
    """One step, and for a name the way back."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    named = ".".join(ident(parse.unwrap(each).sval) for each in node.type_name)
    wanted = Thing("type", (named,))
    renames = bool(node.old_val)
    missing = not renames and request.examine is not None and request.examine(wanted.parameter(), ()) is not None
    _judged.server(request, wanted.own, _again(request) if missing else text)
    if not renames:
        return _added(request, named)
    change = f"ALTER TYPE {named} RENAME VALUE {literal(node.old_val)} TO {literal(node.new_val)}"
    back = f"ALTER TYPE {named} RENAME VALUE {literal(node.new_val)} TO {literal(node.old_val)}"
    told = (
        f"until contract the new application, too, has to write {literal(node.old_val)}; from then on it fails (22P02)"
    )
    return Compiled(
        strategy="with contract",
        why="the old application writes the old name",
        hazards=(told,),
        steps=(
            _step(request, "rename", Phase.CONTRACT, change, has(named, node.new_val), undo=(back,)),
            _step(request, "restore", Phase.RESTORE, back, has(named, node.old_val)),
        ),
    )


def _again(request: Request) -> str:
    """The statement as it is after a rollback, which leaves the value."""
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    node.skip_if_new_val_exists = True
    return parse.deparse_statement(node)


def _added(request: Request, named: str) -> Compiled:
    node, text = request.action.node, request.action.statement.text
    told = (
        f"a rollback leaves {literal(node.new_val)} in {named}: PostgreSQL cannot remove a value, and it is in "
        "nobody's way"
    )
    return Compiled(
        strategy="catalog-only",
        why="no row is read, and what is new is in nobody's way",
        hazards=(told,),
        steps=(_step(request, "add", request.moment(), text, has(named, node.new_val)),),
    )


def _step(request: Request, name: str, phase: Phase, text: str, done: str, *, undo: tuple[str, ...] = ()) -> Step:
    late = phase in (Phase.CONTRACT, Phase.RESTORE)
    return Step(
        id=f"{request.id}.{name}",
        operations=(request.id,),
        phase=phase,
        kind=Kind.CUTOVER if late else Kind.INSTANT,
        summary=" ".join(text.split())[:100],
        statements=(text,),
        action=Action(name="as_written"),
        seconds=0.01,
        undo=undo,
        done=done,
    )


def has(named: str, value: str) -> str:
    """The enum has the value."""
    return (
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_enum e "
        f"WHERE e.enumtypid = pg_catalog.to_regtype({literal(named)}) AND e.enumlabel = {literal(value)})"
    )
