"""Create a view, replace one in place, or make one anew without a moment in which it is missing.

## What it does

`CREATE VIEW`, and `CREATE OR REPLACE VIEW`, which may only add columns behind those that are there. `DROP VIEW v;
CREATE VIEW v …` in one file changes what that may not: the new one is made beside under a hidden name, and contract
exchanges the names in one transaction.

## Why it is dangerous

Both applications read the new definition from expand on. Dropped and created as typed, the view is missing in between,
and its rights, comments and triggers are gone.

## Phases and locks

expand: one instant step; ACCESS EXCLUSIVE on a view that is replaced, ACCESS SHARE on what it reads. With DROP before
it: expand makes it beside, contract exchanges the names (ACCESS EXCLUSIVE on both views, milliseconds), and owner,
rights, comments and triggers of the old one go over to the new one.

## Rollback

The definition that was there when the step ran comes back, a new view is dropped; not over what somebody has changed
since. A view that got columns is made anew, with its rights, comments and triggers, unless something hangs on it: then
that is named.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE OR REPLACE VIEW ouvertes AS SELECT id, statut FROM commandes WHERE statut <> 'LIVREE';
"""

from __future__ import annotations

from ...base.name import RelationName
from ...catalog.values import View
from ...sql import parse
from ...sql.quote import ident, qualified
from ...sql.things import Thing, thing
from . import _judged, _names, _objects, _pairs, _swapped, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("ViewStmt",)
_TRY = "pgw_try"


class CreateView(Typed):
    """Create or replace the view of the statement `sql`."""


def compile_(request: Request) -> Compiled:
    """New, in place, or beside where it is dropped before."""
    node, text = request.action.node, request.action.statement.text
    if _objects.as_typed(request) or node.view.relpersistence == "t":
        return raw_sql.compile_(request)
    if (cut := _names.cut(text)) is not None:
        raise request.error(f'the name "{cut}" is longer than {_names.LIMIT} bytes', hint="PostgreSQL would cut it.")
    wanted = thing("OBJECT_VIEW", None, node.view)
    _judged.relations(request)
    _judged.columns_in_flight(request)
    oid = request.catalog.find(node.view.relname, node.view.schemaname or None)
    there = request.catalog.views.get(oid) if oid is not None else None
    if oid is not None and (there is None or there.kind != "v"):
        raise request.error(f'"{node.view.relname}" is not a view')
    if there is not None and _pairs.dropped_before(request, wanted):
        return _beside(request, wanted)
    if there is not None:
        return _in_place(request, wanted, there)
    _judged.server(request, wanted.own, text)
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=(drop,),
        back=(drop,),
        summary=f"create {wanted.shown}",
        phase=request.moment(),
    )
    return Compiled(strategy="catalog-only", why="what is new is in nobody's way", steps=_objects.steps(request, made))


def _in_place(request: Request, wanted: Thing, there: View) -> Compiled:
    node, text = request.action.node, request.action.statement.text
    if not node.replace:
        raise request.error(f'relation "{there.name}" already exists', hint="Say CREATE OR REPLACE VIEW.")
    if there.extension is not None:
        raise request.refuse(
            f"{there.name} belongs to extension {there.extension}", hint="Change it by ALTER EXTENSION."
        )
    _try_on_copy(request, there)
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=_objects.RESTORED,
        back=(text,),
        summary=f"replace {wanted.shown}",
        phase=request.moment(),
    )
    star = (
        f"SELECT * FROM {wanted.own} in a server-side prepared statement fails once per connection when the view gets "
        'columns (0A000, "cached plan must not change result type")'
    )
    return Compiled(
        strategy="in place",
        why="whoever reads it goes on, and gets the new definition",
        hazards=(f"the old application reads the new {wanted.own} from expand on", star),
        steps=_objects.steps(request, made),
    )


def _try_on_copy(request: Request, there: View) -> None:
    """The view itself is not locked for it: a copy of it is replaced."""
    if request.try_statement is None:
        return
    name = RelationName(there.name.schema, _TRY)
    columns = ", ".join(map(ident, there.columns))
    copy = f"CREATE VIEW {qualified(name)} ({columns}) AS {there.definition.strip().removesuffix(';')}"
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    node.view.schemaname, node.view.relname = name.schema, name.name
    said = request.try_statement([copy, parse.deparse_statement(node)])
    if said is None or (said.early and request.order):
        return
    hint = said.hint
    if said.sqlstate == "42P16":
        hint = (
            f"Write DROP VIEW {ident(there.name.name)}; before it, and CREATE VIEW: then the new one is made beside "
            "and takes the name with contract."
        )
    raise request.error(said.message.replace(_TRY, there.name.name), hint=hint)


def _beside(request: Request, wanted: Thing) -> Compiled:
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    name = _swapped.beside_name(request, wanted)
    node.view.relname, node.replace = name, False
    _refuse_reading(request, wanted)
    return _swapped.compiled(request, wanted, wanted.called(name), parse.deparse_statement(node))


def _refuse_reading(request: Request, wanted: Thing) -> None:
    """What reads another view that the file makes anew would go on to read the old one."""
    query = parse.unwrap(request.action.node.query)
    for each in parse.walk(query):
        if parse.kind_of(each) != "RangeVar":
            continue
        read = thing("OBJECT_VIEW", None, each)
        if read != wanted and _pairs.dropped_before(request, read):
            raise request.refuse(
                f"{wanted.shown} reads {read.shown}, which is made anew in the same file, and the new one has that "
                "name at contract only",
                hint="Write the one that reads it into a later migration, and contract this one first.",
            )
