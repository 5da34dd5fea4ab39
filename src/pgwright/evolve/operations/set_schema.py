"""Move a table into another schema while two versions of the application use it, one by each name.

## What it does

`ALTER TABLE a.t SET SCHEMA b`. From `expanded` until `contract` the table is `b.t`, and `a.t` is a view of it that can
be read and written, as with `rename_table`. Its indexes, its constraints and the sequences that it owns move with it.
Views, sequences of their own, functions, types, domains and statistics objects are moved with contract.

## Why it is dangerous

Done as typed, every statement of the running application that says `a.t`, or that finds it by its search_path, fails
from the moment of the COMMIT. Nobody sees through the view what only a table has; the plan says what that is.

## Phases and locks

expand: one instant step, ACCESS EXCLUSIVE on the table and its sequences for milliseconds, no data moves. contract: the
view goes, ACCESS EXCLUSIVE on it alone. Other objects move with contract, because there is nothing that could stand in
for them: ACCESS EXCLUSIVE on a view or sequence, no lock on any table for the others.

## Rollback

Of a table until `done`, of other objects until the grace period ends, without loss: they move back.

## Versions

PostgreSQL 14 to 18. A table with row-level security needs 15 (`security_invoker`).

## Example

    ALTER TABLE public.factures SET SCHEMA compta;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.name import RelationName
from ...catalog.dependents import functions_mentioning
from ...catalog.values import Table
from ...sql import parse
from ...sql.quote import ident, literal, qualified
from ..locks.scene import Scene
from ..steps.step import Action, Kind, Phase, Step
from . import _moved_object, _view, rename_table
from ._operation import Compiled, Request
from ._steps import NOTHING, Steps
from ._twin import directives, table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterObjectSchemaStmt",)


@dataclass(frozen=True, kw_only=True)
class SetSchema:
    """Move `table` into the schema `to`."""

    table: str
    to: str
    schema: str | None = None
    allow: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET SCHEMA with its directives."""
        table = table_sql(self.table, self.schema)
        return f"{directives(allow=self.allow)}ALTER TABLE {table} SET SCHEMA {ident(self.to)};\n"


def compile_(request: Request) -> Compiled:
    """A table behind a view; anything else at contract."""
    node = request.action.node
    if parse.enum_value(node, "object_type") != "OBJECT_TABLE" or _is_no_table(request):
        return _moved_object.compile_(request)
    _refuse_new(request)
    table = request.changeable(node.relation)
    to = RelationName(node.newschema, table.name.name)
    if to == table.name:
        return Compiled(strategy="nothing to do", why=f"{table.name} is in that schema already")
    _check(request, table, to)
    rename_table.refuse(request, table)
    request.shape(table).renamed = to
    there = f"ALTER TABLE {qualified(table.name)} SET SCHEMA {ident(to.schema)}"
    back = f"ALTER TABLE {qualified(to)} SET SCHEMA {ident(table.name.schema)}"
    steps = Steps(request, table)
    on = steps.on("AlterObjectSchemaStmt", sequences=Scene(request.catalog).sequences((table.oid,)))
    return Compiled(
        strategy="alias",
        why="a view in the old schema serves the old application, and no data moves",
        hazards=_hazards(request, table, to),
        steps=(_look(request, to.schema), *rename_table.two_names(request, table, to, there, back, on)),
    )


def _refuse_new(request: Request) -> None:
    """A table of this plan is nowhere yet."""
    relation = request.action.node.relation
    schemas = (relation.schemaname,) if relation.schemaname else request.catalog.search_path
    if request.catalog.find(relation.relname, relation.schemaname or None) is None and any(
        RelationName(schema, relation.relname) in request.created for schema in schemas
    ):
        raise request.refuse(f"{relation.relname} is created by this plan", hint="Create it in the right schema.")


def _is_no_table(request: Request) -> bool:
    """ALTER TABLE is taken for views and sequences too."""
    relation = request.action.node.relation
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    return oid is not None and oid not in request.catalog.tables and not _is_ours(request, oid)


def _is_ours(request: Request, oid: int) -> bool:
    request.refuse_view(oid)
    return False


def _check(request: Request, table: Table, to: RelationName) -> None:
    """What PostgreSQL refuses."""
    if table.extension is not None:
        raise request.error(f'"{table.name}" belongs to extension {table.extension}, which moves as a whole')
    moved = [to.name, *(index.name for index in table.indexes)]
    moved += [column.sequence.name for column in table.columns if column.sequence is not None]
    for name in moved:
        wanted = RelationName(to.schema, name)
        if wanted in request.catalog.relation_names or wanted in request.made:
            raise request.error(
                f'relation "{name}" already exists in schema "{to.schema}"',
                hint="Rename or drop that one first, in a migration before this one.",
            )


def _look(request: Request, schema: str) -> Step:
    """Whether the schema is there, and whether who migrates may CREATE in it."""
    name = literal(schema)
    query = (
        f"SELECT 'there is no such schema' AS reason WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_namespace "
        f"WHERE nspname = {name}) UNION ALL SELECT 'the role that migrates may not CREATE in it' "
        f"FROM pg_catalog.pg_namespace WHERE nspname = {name} AND NOT pg_catalog.has_schema_privilege(oid, 'CREATE')"
    )
    what = f"reasons against moving it to schema {schema}"
    hint = f"CREATE SCHEMA {ident(schema)}; or GRANT CREATE ON SCHEMA {ident(schema)} TO {ident(request.catalog.role)};"
    return Step(
        id=f"{request.id}.look_schema",
        operations=(request.id,),
        phase=Phase.LOOK,
        kind=Kind.VERIFY,
        summary=f"look whether schema {schema} can take it",
        statements=(query,),
        action=Action(name="look", parameters={"query": query, "what": what, "hint": hint}),
        seconds=0.01,
        undo=NOTHING,
    )


def _hazards(request: Request, table: Table, to: RelationName) -> tuple[str, ...]:
    found = [*_view.unserved(request, table)]
    if request.statements is not None and request.against_view is not None:
        found += request.against_view(table.oid, "", "")
    found += [
        f"{function.name} names {table.name.name}: if it means {table.name} it fails after contract (42P01)"
        for function in functions_mentioning(request.catalog, (table.oid,))
        if not any(relation == table.oid for relation, _ in function.reads)
    ]
    sequences = [column.sequence for column in table.columns if column.sequence is not None]
    found += [f"{name} is called {to.schema}.{name.name} from expand on, by that name only" for name in sequences]
    found.append(f"whoever says {to} needs USAGE on schema {to.schema}")
    if table.publications:
        found.append(f"{table.name} is published: its changes go out as {to} from expand on")
    return tuple(found)
