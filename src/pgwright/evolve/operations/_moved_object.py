"""SET SCHEMA of what is no table: with contract, by a name that says the schema, because the search_path may be another
one then."""

from __future__ import annotations

from ...base.name import RelationName
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident, literal
from ..locks.declare import declared
from ..steps.step import Action, Kind, Lock, Phase, Step
from . import raw_sql
from ._operation import Compiled, Request
from ._steps import NOTHING

RELATIONS = frozenset({"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE"})
FUNCTIONS = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"})
TYPES = frozenset({"OBJECT_TYPE", "OBJECT_DOMAIN"})


def compile_(request: Request) -> Compiled:
    """A look whether both are there, and one step of contract; what nobody has measured is `raw_sql`'s."""
    action, kind = request.action, parse.enum_value(request.action.node, "object_type")
    known = kind in RELATIONS | FUNCTIONS | TYPES | {"OBJECT_STATISTIC_EXT"}
    effects = declared(action.key, action.node, action.statement, request.catalog)
    if not known or effects is None:
        return raw_sql.compile_(request)
    node = type(action.node)()
    node.CopyFrom(action.node)
    old = _qualify(request, node, kind)
    if old == node.newschema:
        return Compiled(strategy="nothing to do", why=f"it is in schema {old} already")
    there = parse.deparse_statement(node)
    back = _back(node, kind, old)
    locks = tuple(Lock(relation=each.relation, oid=each.oid, mode=each.mode) for each in effects if each.oid)
    move = _step(request, "move", Phase.CONTRACT, there, locks, (back,))
    restore = _step(request, "back", Phase.RESTORE, back, locks, ())
    return Compiled(
        strategy="with contract",
        why="the old application says its old name until then, and nothing can stand in for it",
        hazards=("the new application finds it by its new name only after contract",),
        steps=(_look(request, node, kind, there), move, restore),
    )


def _step(request: Request, name: str, phase: Phase, text: str, locks: tuple[Lock, ...], undo: tuple[str, ...]) -> Step:
    return Step(
        id=f"{request.id}.{name}",
        operations=(request.id,),
        phase=phase,
        kind=Kind.CUTOVER,
        summary=" ".join(text.split())[:70],
        statements=(text,),
        locks=locks,
        seconds=0.01,
        undo=undo,
    )


def _qualify(request: Request, node: Node, kind: str) -> str:
    """Writes the schema into the name, and returns it."""
    if kind in RELATIONS:
        oid = request.catalog.find(node.relation.relname, node.relation.schemaname or None)
        if oid is None:
            raise request.error(f'relation "{node.relation.relname}" does not exist')
        request.refuse_view(oid)
        name = next(each for each, found in request.catalog.relation_names.items() if found == oid)
        node.relation.schemaname = name.schema
        if RelationName(node.newschema, name.name) in request.catalog.relation_names:
            raise request.error(f'relation "{name.name}" already exists in schema "{node.newschema}"')
        return str(name.schema)
    names = _names(node, kind)
    if len(names) < 2:
        raise request.refuse(
            f"{names[0].string.sval} is moved with contract, and the search_path may be another one then",
            hint="Write its schema before the name.",
        )
    return str(names[0].string.sval)


def _names(node: Node, kind: str) -> list[Node]:
    thing = parse.unwrap(node.object)
    return list(thing.objname if kind in FUNCTIONS else thing.items)


def _back(node: Node, kind: str, old: str) -> str:
    made = type(node)()
    made.CopyFrom(node)
    if kind in RELATIONS:
        made.relation.schemaname = node.newschema
    else:
        _names(made, kind)[0].string.sval = node.newschema
    made.newschema = old
    return parse.deparse_statement(made)


def _look(request: Request, node: Node, kind: str, text: str) -> Step:
    """Whether the object and the schema are there, and whether who migrates may CREATE in that."""
    schema = literal(node.newschema)
    query = (
        f"SELECT reason FROM (SELECT 'there is no such schema' AS reason WHERE NOT EXISTS (SELECT FROM "
        f"pg_catalog.pg_namespace WHERE nspname = {schema}) UNION ALL SELECT 'the role that migrates may not CREATE in "
        f"it' FROM pg_catalog.pg_namespace WHERE nspname = {schema} AND NOT "
        f"pg_catalog.has_schema_privilege(oid, 'CREATE') UNION ALL SELECT 'there is no such object' WHERE "
        f"{_is_missing(node, kind, text)}) AS found"
    )
    hint = f"See what is there, and: GRANT CREATE ON SCHEMA {ident(node.newschema)} TO {ident(request.catalog.role)};"
    return Step(
        id=f"{request.id}.look",
        operations=(request.id,),
        phase=Phase.LOOK,
        kind=Kind.VERIFY,
        summary="look whether it can be moved",
        statements=(query,),
        action=Action(name="look", parameters={"query": query, "what": "reasons against moving it", "hint": hint}),
        seconds=0.01,
        undo=NOTHING,
    )


def _is_missing(node: Node, kind: str, text: str) -> str:
    """The condition under which the server has no such object."""
    if kind in RELATIONS:
        return "false"
    names = [each.string.sval for each in _names(node, kind)]
    if kind == "OBJECT_STATISTIC_EXT":
        return (
            "NOT EXISTS (SELECT FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = "
            f"s.stxnamespace WHERE n.nspname = {literal(names[-2])} AND s.stxname = {literal(names[-1])})"
        )
    if kind in TYPES:
        return f"pg_catalog.to_regtype({literal('.'.join(map(ident, names[-2:])))}) IS NULL"
    # As it is written: ALTER FUNCTION name(types) SET SCHEMA …
    signature = text.rpartition(" SET SCHEMA ")[0].split(" ", 2)[2]
    find = "to_regprocedure" if "(" in signature else "to_regproc"
    return f"pg_catalog.{find}({literal(signature)}) IS NULL"
