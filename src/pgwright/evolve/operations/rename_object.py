"""Give something that is no table another name.

## What it does

`ALTER FUNCTION f() RENAME TO g` and the like, for whatever is no table, column, index or constraint.

## Why it is dangerous

A name that is gone fails everybody who says it. What no statement of an application names (a trigger, a policy, a rule,
a statistics object, an event trigger) may change its name at once; all else waits for contract, and the new application
goes on to say the old name until then.

## Phases and locks

What nobody names: expand, one instant step (ACCESS EXCLUSIVE on the table of a trigger, policy or rule, milliseconds).
All else: contract, ACCESS EXCLUSIVE on the view, sequence or foreign table itself.

## Rollback

It gets its name back, unless somebody has changed it or taken the name since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TYPE humeur RENAME TO disposition;
"""

from __future__ import annotations

from ...base.name import RelationName
from ...sql import parse
from ...sql.quote import ident
from ...sql.things import KINDS, Thing, thing
from ..steps.step import Phase
from . import _judged, _names, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Consented

DIRECTIVES = ("allow",)
_KINDS = """
    AGGREGATE COLLATION CONVERSION DOMAIN EVENT_TRIGGER FDW FOREIGN_SERVER FOREIGN_TABLE FUNCTION LANGUAGE MATVIEW
    OPCLASS OPFAMILY POLICY PROCEDURE PUBLICATION ROUTINE RULE SCHEMA SEQUENCE STATISTIC_EXT TRIGGER TSCONFIGURATION
    TSDICTIONARY TSPARSER TSTEMPLATE TYPE VIEW
"""
RECOGNISES = tuple(f"RenameStmt.OBJECT_{name}" for name in _KINDS.split())
UNNAMED = frozenset({"trigger", "policy", "rule", "statistics object", "event trigger"})
_RELATIONS = frozenset({"view", "materialized view", "sequence", "foreign table"})


class RenameObject(Consented):
    """Rename what the ALTER … RENAME TO statement `sql` names."""


def compile_(request: Request) -> Compiled:
    """At once where nobody says the name, else with contract."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    if (cut := _names.cut(request.action.statement.text)) is not None:
        raise request.error(f'the name "{cut}" is longer than {_names.LIMIT} bytes', hint="PostgreSQL would cut it.")
    wanted = renamed(request)
    _judged.relations(request)
    if request.examine is not None and request.examine(wanted.parameter(), ()) is None and not _made(request, wanted):
        return _objects.missing(request, wanted)
    text = request.action.statement.text
    _judged.server(request, node.newname, text)
    _refuse_taken(request, wanted, node.newname)
    unnamed = wanted.kind in UNNAMED
    back = f"ALTER {_objects.words(wanted.called(node.newname))} RENAME TO {ident(wanted.own)}"
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=(back,),
        back=(back,),
        summary=f"rename {wanted.shown} to {node.newname}",
        phase=request.moment() if unnamed else Phase.CONTRACT,
        triggers=_table(request) if wanted.kind == "trigger" else 0,
        watch=_watched(request, wanted),
    )
    return Compiled(
        strategy="catalog-only" if unnamed else "with contract",
        why="no statement of an application says the name" if unnamed else "the old application says the old name",
        hazards=() if unnamed else _hazards(wanted, node.newname),
        steps=_objects.steps(request, made),
    )


def renamed(request: Request) -> Thing:
    """Whom the statement renames."""
    node = request.action.node
    kind = parse.enum_value(node, "rename_type")
    if kind in ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"):
        schema = (node.relation.schemaname,) if node.relation.schemaname else ()
        return Thing(kind.removeprefix("OBJECT_").lower(), (*schema, node.relation.relname, node.subname))
    if node.HasField("relation") and node.relation.relname:
        return thing(kind, None, node.relation)
    if node.HasField("object"):
        return thing(kind, node.object)
    return Thing(KINDS[kind], (node.subname,))


def _made(request: Request, wanted: Thing) -> bool:
    return any(name == wanted.own for name, _ in request.tried)


def _table(request: Request) -> int:
    relation = request.action.node.relation
    return request.catalog.find(relation.relname, relation.schemaname or None) or 0


def _refuse_taken(request: Request, wanted: Thing, name: str) -> None:
    """A relation of the new name; the server is not asked where that would lock the view."""
    if wanted.kind in _RELATIONS:
        oid = (
            request.catalog.find(*reversed(wanted.names))
            if len(wanted.names) > 1
            else request.catalog.find(wanted.names[-1])
        )
        there = next((each for each, found in request.catalog.relation_names.items() if found == oid), None)
        if there is not None and RelationName(there.schema, name) in request.catalog.relation_names:
            raise request.error(f'relation "{name}" already exists in schema "{there.schema}"')


def _watched(request: Request, wanted: Thing) -> tuple[RelationName, ...]:
    """The name of a view that contract takes away: known statements that say it are told then."""
    if wanted.kind not in _RELATIONS:
        return ()
    *schema, name = wanted.names
    return (RelationName(schema[0] if schema else next(iter(request.catalog.search_path), "public"), name),)


def _hazards(wanted: Thing, name: str) -> tuple[str, ...]:
    told = (
        f"until contract it is called {wanted.own} for the new application, too; from then on whoever says that name "
        f"fails, function bodies as well, and {name} is the name"
    )
    return (told,)
