"""Create something that is no table and acts on nothing by itself: a type, a domain, a sequence, a schema, an
extension.

## What it does

`CREATE TYPE`, `DOMAIN`, `SEQUENCE`, `SCHEMA`, `EXTENSION`, `STATISTICS`, `AGGREGATE`, `OPERATOR`, `CAST`, `COLLATION`,
`CONVERSION`, `TEXT SEARCH …`, `OPERATOR FAMILY`, `LANGUAGE`, `FOREIGN DATA WRAPPER`, `SERVER`, `FOREIGN TABLE`, `EVENT
TRIGGER`. The statement is tried when the plan is made and taken back at once, so that what PostgreSQL would refuse is
refused before anything is begun.

## Why it is dangerous

Hardly: nobody can be using it. A cast or an operator may change what statements mean that run already, and an event
trigger fires for every DDL from then on, that of pgwright too; the plan says so.

## Phases and locks

expand: one step. Statistics take SHARE UPDATE EXCLUSIVE on their table, a sequence that a column owns ACCESS SHARE on
its; the rest locks no table.

## Rollback

It is dropped, unless somebody has changed it since, or uses it: then that is named.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE TYPE humeur AS ENUM ('content', 'triste');
"""

from __future__ import annotations

from collections.abc import Callable

from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident
from ...sql.things import KINDS, Thing, type_text
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = (
    "CompositeTypeStmt",
    "CreateCastStmt",
    "CreateConversionStmt",
    "CreateDomainStmt",
    "CreateEnumStmt",
    "CreateEventTrigStmt",
    "CreateExtensionStmt",
    "CreateFdwStmt",
    "CreateForeignServerStmt",
    "CreateForeignTableStmt",
    "CreateOpFamilyStmt",
    "CreatePLangStmt",
    "CreateRangeStmt",
    "CreateSchemaStmt",
    "CreateSeqStmt",
    "CreateStatsStmt",
    "DefineStmt",
)


class CreateObject(Typed):
    """Create what the CREATE statement `sql` says."""


def compile_(request: Request) -> Compiled:
    """One step, and the drop as its way back."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    made = made_by(request)
    _judged.relations(request)
    _judged.columns_in_flight(request)
    _refuse_partition(request)
    if _is_there(request, made):
        return Compiled(
            strategy="nothing to do", why=f"there is a {made.shown}, and IF NOT EXISTS says that it may be so"
        )
    text = request.action.statement.text
    _judged.server(request, made.own, text)
    drop = f"DROP {_objects.words(made)}"
    steps = _objects.steps(
        request,
        _objects.Made(
            thing=made,
            statements=(text,),
            undo=(drop,),
            back=(drop,),
            summary=f"create {made.shown}",
            phase=request.moment(),
        ),
    )
    return Compiled(
        strategy="catalog-only", why="what is new is in nobody's way", hazards=_hazards(request, made), steps=steps
    )


def made_by(request: Request) -> Thing:
    """Whom the statement creates."""
    node, key = request.action.node, request.action.key
    found = _MAKERS[key](node) if key in _MAKERS else Thing(_PLAIN[key][0], (getattr(node, _PLAIN[key][1]),))
    if not found.names or not found.names[-1]:
        raise request.refuse(
            "this has no name, and PostgreSQL would choose one", hint="Give it a name, so that it can be taken back."
        )
    return found


_PLAIN = {
    "CreateEventTrigStmt": ("event trigger", "trigname"),
    "CreateExtensionStmt": ("extension", "extname"),
    "CreateFdwStmt": ("foreign-data wrapper", "fdwname"),
    "CreateForeignServerStmt": ("server", "servername"),
    "CreatePLangStmt": ("language", "plname"),
}


def _names(items: Node) -> tuple[str, ...]:
    return tuple(parse.unwrap(each).sval for each in items)


def _type(names: tuple[str, ...]) -> Thing:
    return Thing("type", (".".join(map(ident, names)),))


def _relation(kind: str, relation: Node) -> Thing:
    return Thing(kind, tuple(each for each in (relation.schemaname, relation.relname) if each))


def _composite(node: Node) -> Thing:
    return _type(_relation("type", node.typevar).names)


def _schema(node: Node) -> Thing:
    return Thing("schema", (node.schemaname or node.authrole.rolename,))


def _define(node: Node) -> Thing:
    kind, names = KINDS[parse.enum_value(node, "kind")], _names(node.defnames)
    if kind == "type":
        return _type(names)
    if kind == "aggregate":
        return _aggregate(node, names)
    if kind == "operator":
        given = {each.defname: parse.unwrap(each.arg) for each in map(parse.unwrap, node.definition)}
        sides = (given.get("leftarg"), given.get("rightarg"))
        return Thing(kind, names, tuple(type_text(each) if each is not None else "none" for each in sides))
    return Thing(kind, names)


def _aggregate(node: Node, names: tuple[str, ...]) -> Thing:
    """Its arguments; those behind ORDER BY count as well. In the old spelling they are in the definition."""
    if node.oldstyle:
        return Thing("aggregate", names, any=True)
    first = parse.unwrap(node.args[0])
    parameters = map(parse.unwrap, first.items) if parse.kind_of(first) == "List" else ()
    return Thing("aggregate", names, tuple(type_text(each.arg_type) for each in parameters))


_MAKERS: dict[str, Callable[[Node], Thing]] = {
    "CompositeTypeStmt": _composite,
    "CreateCastStmt": lambda node: Thing("cast", (type_text(node.sourcetype),), (type_text(node.targettype),)),
    "CreateConversionStmt": lambda node: Thing("conversion", _names(node.conversion_name)),
    "CreateDomainStmt": lambda node: _type(_names(node.domainname)),
    "CreateEnumStmt": lambda node: _type(_names(node.type_name)),
    "CreateForeignTableStmt": lambda node: _relation("foreign table", node.base_stmt.relation),
    "CreateOpFamilyStmt": lambda node: Thing("operator family", (node.amname, *_names(node.opfamilyname))),
    "CreateRangeStmt": lambda node: _type(_names(node.type_name)),
    "CreateSchemaStmt": _schema,
    "CreateSeqStmt": lambda node: _relation("sequence", node.sequence),
    "CreateStatsStmt": lambda node: Thing("statistics object", _names(node.defnames)),
    "DefineStmt": _define,
}


def _refuse_partition(request: Request) -> None:
    node = request.action.node
    if request.action.key == "CreateForeignTableStmt" and node.base_stmt.HasField("partbound"):
        raise request.refuse(
            "a partition is attached under ACCESS EXCLUSIVE on its parent when it is created",
            hint="Create the foreign table by itself, then: ALTER TABLE parent ATTACH PARTITION …",
        )


def _is_there(request: Request, made: Thing) -> bool:
    skips = bool(getattr(request.action.node, "if_not_exists", False))
    return skips and request.examine is not None and request.examine(made.parameter(), ()) is not None


def _hazards(request: Request, made: Thing) -> tuple[str, ...]:
    if made.kind == "event trigger":
        return ("it fires for the DDL of everybody from expand on, that of pgwright too: an error in it stops both",)
    if made.kind == "cast" and parse.enum_value(request.action.node, "context") != "COERCION_EXPLICIT":
        return ("statements that run already may use the cast by themselves from expand on",)
    if made.kind == "statistics object":
        return ("the planner knows nothing new before the next ANALYZE of the table",)
    return ()
