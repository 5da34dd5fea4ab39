"""Rename a table while two versions of the application use it, one by each name.

## What it does

`ALTER TABLE a RENAME TO b`. From `expanded` until `contract` the table is `b`, and `a` is a view of it that can be read
and written: all its columns in their order, its owner, its rights, the row-level security of whoever asks.

## Why it is dangerous

Done as typed, every statement of the running application that says `a` fails from the moment of the COMMIT, and the
strong lock waits behind, and holds up, everything else on the table.

## Phases and locks

expand: one instant step, ACCESS EXCLUSIVE on the table for milliseconds, no data moves. contract: the view goes, ACCESS
EXCLUSIVE on it alone. Indexes, sequences and constraints keep their names, as with plain SQL. What a view cannot serve
is in the plan, with the known statements that would fail. Statements that the application has prepared go on through
the view, `SELECT *` too; those that give back a whole row (`SELECT a FROM a`) fail once per connection.
Functions that name the table in their text go on until contract; SQL-standard bodies follow the table.

## Rollback

Until `done`, without loss: there is one table, and it gets its name back.

## Versions

PostgreSQL 14 to 18. A table with row-level security needs 15 (`security_invoker`).

## Example

    ALTER TABLE utilisateurs RENAME TO comptes;
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...base.lock import LockMode
from ...base.name import RelationName
from ...catalog.dependents import functions_mentioning
from ...catalog.values import Table
from ...sql.quote import ident, literal, qualified
from ..locks.scene import Situation
from ..steps import condition
from ..steps.step import Action, Kind, Lock, Phase, Step
from . import _names, _view
from ._operation import ALONE, Compiled, Request
from ._steps import NOTHING, Steps
from ._twin import directives, table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("RenameStmt.OBJECT_TABLE",)


@dataclass(frozen=True, kw_only=True)
class RenameTable:
    """Rename `table` to `to` (names as the catalog has them, unquoted)."""

    table: str
    to: str
    schema: str | None = None
    allow: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … RENAME TO with its directives."""
        table = table_sql(self.table, self.schema)
        return f"{directives(allow=self.allow)}ALTER TABLE {table} RENAME TO {ident(self.to)};\n"


def compile_(request: Request) -> Compiled:
    """One instant step each way."""
    table = request.changeable(request.action.node.relation)
    to = RelationName(table.name.schema, request.action.node.newname)
    _check_name(request, table, to)
    refuse(request, table)
    request.shape(table).renamed = to
    request.names.add(to.name)
    there, back = (
        f"ALTER TABLE {qualified(a)} RENAME TO {ident(b.name)}" for a, b in ((table.name, to), (to, table.name))
    )
    return Compiled(
        strategy="alias",
        why="a view of the old name serves the old application, and no data moves",
        hazards=_hazards(request, table, to),
        steps=two_names(request, table, to, there, back, Steps(request, table).on("RenameStmt relation")),
    )


def _check_name(request: Request, table: Table, to: RelationName) -> None:
    if (name := _names.cut(request.action.statement.text)) is not None:
        raise request.error(f'the name "{name}" is longer than {_names.LIMIT} bytes', hint="PostgreSQL would cut it.")
    if to == table.name:
        raise request.error(f'relation "{to.name}" already exists: it is this table')
    # A table has a row type of its name, and types share a namespace with those of all other relations.
    if to in request.catalog.relation_names or to in request.made:
        raise request.error(
            f'relation "{to.name}" already exists in schema "{to.schema}"',
            hint="Choose another name, or rename or drop that one first, in a migration before this one.",
        )


def refuse(request: Request, table: Table) -> None:
    """Raises where no view can stand in for the table, or would be in the way of others."""
    view = _view.ours(request.catalog, table.oid)
    if view is not None:
        raise request.refuse(
            f"{table.name} is shown by the view {view.name} of a rename that is not contracted yet",
            hint="Contract that first: pgwright contract",
        )
    other = request.busy.get(table.oid)
    planned = {each.migration for each in (*request.shape(table).links, *request.shape(table).fills)}
    if other is None and planned:
        raise request.refuse(
            f"a migration of this plan, {min(planned)}, is about {table.name} until it is contracted", hint=ALONE
        )
    if other is not None:
        raise request.refuse(
            f'"{other}" is open and about {table.name}',
            hint=f"Contract it first: pgwright contract {other}",
        )
    if table.oid in request.crowded:
        raise request.refuse(
            f"other statements of this plan are about {table.name}, and a view of its old name would be in their way",
            hint=ALONE,
        )
    allowed = request.allowed("published")
    reasons = [each for each in _view.against(request, table) if not (allowed and " is published: " in each)]
    if reasons:
        raise request.refuse(f"{table.name} cannot be renamed behind a view", *reasons, hint=_way_out(table))


def _way_out(table: Table) -> str:
    if table.rules:
        return "Drop the rule first; rules and views that take writes do not go together."
    if table.publications:
        return (
            "Rename it on the subscribers in the same moment, or take it out of the publication first; then write "
            "above the statement: -- pgwright: allow = published"
        )
    return "Upgrade to PostgreSQL 15, or rename it while the application stands still."


def _hazards(request: Request, table: Table, to: RelationName) -> tuple[str, ...]:
    old = table.name.name
    found = [*_view.unserved(request, table)]
    if request.statements is not None and request.against_view is not None:
        found += request.against_view(table.oid, "", "")
    found += [
        f"{function.name} names {old}: it goes on through the view, and fails after contract (42P01) until it says "
        f"{to.name}"
        for function in functions_mentioning(request.catalog, (table.oid,))
        if not any(relation == table.oid for relation, _ in function.reads)
    ]
    found.append(
        f"a whole row of {old} (SELECT {old} FROM {old}) in a server-side prepared statement fails once per connection "
        'and transition ("cached plan must not change result type"); SELECT * goes on'
    )
    if table.publications:
        found.append(f"{old} is published: its changes go out as {to.name} from expand on")
    return tuple(found)


def two_names(
    request: Request, table: Table, to: RelationName, there: str, back: str, on: Situation
) -> tuple[Step, ...]:
    """The steps by which the table comes to be called `to` by the statement `there`, while a view of its old name shows
    it until contract; `back` is the statement that undoes it, `on` how it locks."""
    steps = Steps(request, table)
    drop = f"DROP VIEW {steps.sql}"
    view = Lock(relation=table.name, oid=0, mode=LockMode.ACCESS_EXCLUSIVE)
    shown = condition.both(condition.is_called(table.oid, to), condition.shows(table.name, table.oid))

    def end(name: str, phase: Phase, summary: str, statements: Sequence[str], undo: Sequence[str] = ()) -> Step:
        old = [table.name.schema, table.name.name]
        contract = phase is Phase.CONTRACT
        parameters = {"relation": table.oid, "view": old, "back": not contract, "watch": [old] if contract else []}
        action = Action(name="name_end", parameters=parameters)
        made = steps.step(name, phase, Kind.CUTOVER, summary, statements, on, action=action, undo=undo)
        # The view first: statements lock it before the table behind it.
        locks = {Phase.CONTRACT: (view,), Phase.ROLLBACK: (view, *made.locks)}.get(phase, made.locks)
        return replace(made, locks=locks)

    open_ = steps.step(
        "open",
        Phase.EXPAND,
        Kind.INSTANT,
        f"call {table.name} {to if to.schema != table.name.schema else to.name}, and show it under both names",
        (there, *_made(request, table, to)),
        on,
        undo=(drop, back),
        ready=condition.is_called(table.oid, table.name),
        done=shown,
    )
    return (
        _look(steps, to),
        open_,
        end("close", Phase.CONTRACT, f"drop the view {table.name}", (drop,), (back,)),
        end("undo", Phase.ROLLBACK, f"drop the view and give {table.name} its name back", (drop, back)),
        end("restore", Phase.RESTORE, f"give {table.name} its name back", (back,)),
    )


def _look(steps: Steps, to: RelationName) -> Step:
    """Whether a type has the name: the snapshot has only those of relations."""
    query = (
        "SELECT t.typtype::text FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
        f"WHERE n.nspname = {literal(to.schema)} AND t.typname = {literal(to.name)} AND t.typcategory <> 'A'"
    )
    what = f'type called "{to.name}" in schema "{to.schema}": a table has a row type of its own name'
    action = Action(name="look", parameters={"query": query, "what": what, "hint": "Choose another name."})
    summary = f"look for a type called {to}"
    return steps.step("look", Phase.LOOK, Kind.VERIFY, summary, (query,), action=action, undo=NOTHING)


def _made(request: Request, table: Table, to: RelationName) -> list[str]:
    comment = f"{table.name} is called {to.name} now; this view goes when migration {request.migration} is contracted"
    return _view.create(
        request,
        table,
        to,
        shown=[ident(column.name) for column in table.columns],
        names=lambda column: (column.name,),
        comment=comment,
    )
