"""Change the attributes of a composite type.

## What it does

`ALTER TYPE paire ADD ATTRIBUTE`, `DROP ATTRIBUTE`, `RENAME ATTRIBUTE`. `ALTER ATTRIBUTE … TYPE` rewrites every table
made OF the type, and PostgreSQL refuses it where a column holds it: it is refused here. So is CASCADE where a table is
made OF the type: untie that (`NOT OF`), and change it like any other.

## Why it is dangerous

Every value of the type changes its shape for both applications. With CASCADE a table that was made OF the type is
locked and changed with it. What a column held in an attribute that is dropped cannot be read any more.

## Phases and locks

ADD ATTRIBUTE: expand. DROP and RENAME ATTRIBUTE: contract. A table with a column of the type is not locked, nor read.

## Rollback

An added attribute is dropped, with what was written into it. A renamed one gets its name back. A dropped one has no way
back, and needs `allow = destructive`.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TYPE paire RENAME ATTRIBUTE gauche TO droite;
"""

from __future__ import annotations

from ...sql import alter, parse
from ...sql.quote import ident, literal
from ..locks.scene import Scene
from ..steps.step import Action, Kind, Phase, Step
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Consented

DIRECTIVES = ("allow",)
RECOGNISES = ("RenameStmt.OBJECT_ATTRIBUTE",)
"""And the subcommands of ALTER TABLE where they are about a type: see `routing`."""


class AlterType(Consented):
    """Change the composite type of the ALTER TYPE statement `sql`."""


def compile_(request: Request) -> Compiled:
    """By what it does to the attribute."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    _cascade(request)
    relation = request.action.statement.node.relation
    named = ".".join(ident(each) for each in (relation.schemaname, relation.relname) if each)
    text = alter.deparsed(alter.alone(request.action))
    _judged.server(request, relation.relname, text)
    if request.action.statement.kind == "RenameStmt":
        back = f"ALTER TYPE {named} RENAME ATTRIBUTE {ident(node.newname)} TO {ident(node.subname)}"
        return _compiled(request, text, back, has(named, node.newname), node.subname, named)
    subtype = parse.enum_value(node, "subtype")
    if subtype == "AT_AddColumn":
        column = alter.definition(node).colname
        return _added(request, text, f"ALTER TYPE {named} DROP ATTRIBUTE {ident(column)}", named, column)
    if subtype == "AT_DropColumn":
        return _dropped(request, text, named, node.name)
    raise request.refuse(
        "this rewrites every table made OF the type, and is refused where a column holds it",
        hint="Make a new type, and change each column to it: ALTER TABLE … ALTER COLUMN … TYPE … USING …",
    )


def _cascade(request: Request) -> None:
    """Refuses CASCADE where it does something: attributes are dropped with what hangs on them, and tables made OF the
    type change with it."""
    node, relation = request.action.node, request.action.statement.node.relation
    behavior = parse.enum_value(node, "behavior")
    drops = request.action.statement.kind != "RenameStmt" and parse.enum_value(node, "subtype") == "AT_DropColumn"
    if drops:
        _judged.cascade(request, behavior)
    names = [each for each in (relation.schemaname, relation.relname) if each]
    tied = Scene(request.catalog).made_of(names) if behavior == "DROP_CASCADE" else ()
    if tied:
        tables = [str(request.catalog.tables[oid].name) for oid in tied]
        raise request.refuse(
            f"{', '.join(tables)} would change with {'.'.join(names)}, for both applications at once",
            hint="Untie each in a statement before (ALTER TABLE … NOT OF), change its column like any other, and tie "
            f"it again in a later file (ALTER TABLE … OF {'.'.join(names)}).",
        )


def _compiled(request: Request, text: str, back: str, done: str, name: str, named: str) -> Compiled:
    return Compiled(
        strategy="with contract",
        why="the old application says the old name",
        hazards=(f"until contract the attribute is called {name} for the new application, too",),
        steps=(
            _step(request, "rename", Phase.CONTRACT, text, done, undo=(back,)),
            _step(request, "restore", Phase.RESTORE, back, has(named, name)),
        ),
    )


def _added(request: Request, text: str, back: str, named: str, column: str) -> Compiled:
    there = has(named, column)
    wider = (
        f"every value of {named} has the attribute for the old application, too: ROW(…)::{named} with the old number "
        "of values fails from expand on (42846)"
    )
    return Compiled(
        strategy="catalog-only",
        why="no row is read: what is stored has NULL there",
        hazards=(wider, f"a rollback drops {column} with what was written into it"),
        steps=(
            _step(request, "add", request.moment(), text, there, undo=(back,)),
            _step(request, "back", Phase.ROLLBACK, back, f"SELECT NOT ({there})"),
        ),
    )


def _dropped(request: Request, text: str, named: str, column: str) -> Compiled:
    if not request.allowed("destructive"):
        raise request.refuse(
            f"what columns hold in {column} of {named} is gone for ever with it",
            hint="If that may be: -- pgwright: allow = destructive",
        )
    return Compiled(
        strategy="with contract",
        why="the old application may read it until then",
        hazards=(f"after contract nothing brings {column} back",),
        steps=(_step(request, "drop", Phase.CONTRACT, text, f"SELECT NOT ({has(named, column)})"),),
    )


def _step(request: Request, name: str, phase: Phase, text: str, done: str, *, undo: tuple[str, ...] = ()) -> Step:
    late = phase not in (Phase.EXPAND, Phase.VERIFY)
    return Step(
        id=f"{request.id}.{name}",
        operations=(request.id,),
        phase=phase,
        kind=Kind.CUTOVER if late else Kind.INSTANT,
        summary=" ".join(text.split())[:100],
        statements=(text,),
        action=Action(name="as_written"),
        locks=_objects.locks_of(request, text),
        seconds=0.01,
        undo=undo,
        done=done,
    )


def has(named: str, attribute: str) -> str:
    """The composite type has the attribute."""
    return (
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a "
        "JOIN pg_catalog.pg_type t ON t.typrelid = a.attrelid "
        f"WHERE t.oid = pg_catalog.to_regtype({literal(named)}) AND a.attname = {literal(attribute)} "
        "AND NOT a.attisdropped)"
    )
