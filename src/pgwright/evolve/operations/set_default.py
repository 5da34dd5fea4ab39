"""Give a column another DEFAULT.

## What it does

`ALTER TABLE t ALTER COLUMN c SET DEFAULT expression`. Rows that are there keep their values.

## Why it is dangerous

Hardly for the table: only the catalog changes. But both applications get the new DEFAULT from then on.

## Phases and locks

expand: one instant step (ACCESS EXCLUSIVE, milliseconds). On a column that a rename in flight has given a new name, the
old DEFAULT serves both applications until contract, which sets the new one; before, it holds for sessions that have set
`pgwright.version` to the number of the migration or a later one.

## Rollback

The former DEFAULT comes back. Values that were stored meanwhile stay.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes ALTER COLUMN statut SET DEFAULT 'NOUVELLE';
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Column, Table
from ...sql import alter, parse
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from ..sync.link import Link
from . import _columns, _derived, raw_sql
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_ColumnDefault.SET",)
SITUATION = "AlterTableStmt.AT_ColumnDefault"


@dataclass(frozen=True, kw_only=True)
class SetDefault:
    """Give `column` of `table` the DEFAULT `expression`."""

    table: str
    column: str
    expression: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET DEFAULT."""
        table = table_sql(self.table, self.schema)
        return f"ALTER TABLE {table} ALTER COLUMN {ident(self.column)} SET DEFAULT {self.expression};\n"


def compile_(request: Request) -> Compiled:
    """At once, or with contract where the column is between two names."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not relation.inh and table.children:
        return raw_sql.compile_(request)
    steps, name = Steps(request, table), request.action.node.name
    column = _columns.known(request, table, name)
    check(request, column, name)
    if (of := _derived.of_column(request.catalog, table, steps.shape.survivor(name))) is not None:
        raise request.error(f'column "{name}" is computed by a trigger ("{of.triggers[0].name}"), so it has no DEFAULT')
    text = parse.deparse_expression(alter.definition(request.action.node))
    found = _columns.facts(request, table, text, column, what=f"DEFAULT {text}", columns={})
    if found.has_subquery:
        raise request.error("a DEFAULT cannot have a subquery")
    pair = _columns.flight(steps.shape, name)
    if pair is not None:
        return _with_contract(steps, name, found.text, pair)
    former = former_sql(steps, name, steps.shape.on_server(name))
    steps.shape.defaults[steps.shape.survivor(name)] = found.text
    set_ = steps.step(
        "set",
        request.moment(),
        Kind.INSTANT,
        f"set the DEFAULT of {name} of {table.name} to {found.text}",
        (change_sql(steps, steps.shape.on_server(name), found.text),),
        steps.on(SITUATION),
        undo=former,
    )
    return Compiled(
        strategy="catalog-only",
        why="rows that are there are not touched",
        hazards=(f"rows that the old application inserts without {name} get the new DEFAULT from expand on",),
        steps=(set_, back(steps, name, former, Phase.ROLLBACK, "back")),
    )


def check(request: Request, column: Column, name: str) -> None:
    """What PostgreSQL refuses."""
    if column.identity is not None:
        raise request.error(f'column "{name}" is an identity column, whose value is no DEFAULT')
    if column.generated is not None:
        raise request.error(f'column "{name}" is a generated column, whose value is no DEFAULT')


def change_sql(steps: Steps, column: str, default: str | None, *, part: Table | None = None) -> str:
    """SET or DROP DEFAULT of `column`, on the table with all that is below it, or on one `part` alone."""
    change = f"ALTER COLUMN {ident(column)} " + (f"SET DEFAULT {default}" if default is not None else "DROP DEFAULT")
    return steps.alter(change) if part is None else f"ALTER TABLE ONLY {qualified(part.name)} {change}"


def former_sql(steps: Steps, name: str, column: str) -> tuple[str, ...]:
    """The DEFAULT that the column called `name` has at this place, given back to `column`: a partition or child may
    have one of its own, over which the statement goes."""
    shape = steps.shape
    number = shape.origin(shape.survivor(name))
    before = shape.default(number)
    found = [change_sql(steps, column, before)]
    root = steps.table.column_number(number)
    if root is not None and number not in shape.defaults:
        for part in steps.request.catalog.descendants(steps.table.oid):
            own = part.column(root.name)
            if own is not None and own.default != before:
                found.append(change_sql(steps, column, own.default, part=part))
    return tuple(found)


def back(steps: Steps, name: str, former: tuple[str, ...], phase: Phase, tag: str) -> Step:
    """The former DEFAULT again."""
    summary = f"give {name} of {steps.table.name} its former DEFAULT back"
    return steps.step(tag, phase, Kind.CUTOVER, summary, former, steps.on(SITUATION))


def _with_contract(steps: Steps, name: str, default: str, pair: Link) -> Compiled:
    """The old DEFAULT serves both names until then; a session that says it is new gets the new one before."""
    table, request = steps.table, steps.request
    former = former_sql(steps, name, name)
    parameters = {"relation": table.oid, "link": pair.id, "default": default, "number": request.number}
    marked = steps.step(
        "mark",
        Phase.EXPAND,
        Kind.INSTANT,
        f"the new DEFAULT of {name} holds for sessions that set pgwright.version = '{request.number}'",
        (),
        action=Action(name="link_default", parameters=parameters),
        undo=("goes with the link",),
    )
    # By then the rename before it is native: the column has the name of the statement.
    set_ = steps.step(
        "set",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"set the DEFAULT of {name} of {table.name} to {default}",
        (change_sql(steps, name, default),),
        steps.on(SITUATION),
        undo=former,
        ready=condition.has_number(table.oid, steps.shape.survivor(name)),
    )
    # One that the new type cannot have comes back with the old column.
    own = "own_default" in pair.extra
    restored = () if own else (back(steps, name, former, Phase.RESTORE, "restore"),)
    return Compiled(
        strategy="with contract",
        why=f"{name} is between two names, and one DEFAULT serves both",
        hazards=(
            f"the new DEFAULT applies before contract only to sessions that set the version mark {request.number}",
        ),
        steps=(marked, set_, *restored),
    )
