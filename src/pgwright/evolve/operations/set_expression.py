"""Change the expression of a generated column, where that writes nothing anew.

## What it does

`ALTER TABLE t ALTER COLUMN c SET EXPRESSION AS (…)`, of a virtual column (18), or of a stored one on a table without
rows.

## Why it is dangerous

Of a stored column it rewrites the table under ACCESS EXCLUSIVE. Nothing makes that go by small batches: a generated
column takes no value, and one that is made plain for it is never generated again. So with rows it is refused: add a new
column with the other expression, which is filled while everybody works, and drop this one; or make it virtual.

## Phases and locks

expand: one instant step (ACCESS EXCLUSIVE, milliseconds). Both applications read the new values from then on. With
`allow = rewrite` a stored column is written anew under that lock.

## Rollback

The former expression comes back; of a stored column by another rewrite.

## Versions

PostgreSQL 17 and 18.

## Example

    ALTER TABLE commandes ALTER COLUMN total_ttc SET EXPRESSION AS (total * 1.2);
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog.probe import ExpressionFacts
from ...catalog.values import Column
from ...connect.capability import Capabilities
from ...sql import alter, parse
from ...sql.quote import ident
from ..locks.declare import has_rows
from ..steps.step import Kind, Phase
from . import _columns, _derived, raw_sql
from ._operation import ALONE, Compiled, Request
from ._steps import Steps
from ._twin import directives, table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_SetExpression",)
SITUATION = "AlterTableStmt.AT_SetExpression"


@dataclass(frozen=True, kw_only=True)
class SetExpression:
    """Give the generated `column` of `table` another `expression`; `rewrite` lets a stored one be written anew."""

    table: str
    column: str
    expression: str
    rewrite: bool = False
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET EXPRESSION."""
        above = directives(allow="rewrite" if self.rewrite else None)
        place = f"ALTER TABLE {table_sql(self.table, self.schema)} ALTER COLUMN {ident(self.column)}"
        return f"{above}{place} SET EXPRESSION AS ({self.expression});\n"


def compile_(request: Request) -> Compiled:
    """One step, or a refusal that names the ways."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    Capabilities(request.catalog.version).has_set_generated_expression(check=True)
    steps, name = Steps(request, table), request.action.node.name
    column = _column(steps, name)
    found = _expression(steps, column)
    _refuse(steps, name, column)
    stored = steps.on(SITUATION + ("" if column.stored else " virtual"))
    place = f"ALTER COLUMN {ident(steps.shape.on_server(name))} SET EXPRESSION AS"
    former = steps.alter(f"{place} ({column.generated})")
    set_ = steps.step(
        "set",
        request.moment(),
        Kind.INSTANT,
        f"{name} of {table.name} is computed as {found.text}",
        (steps.alter(f"{place} ({found.text})"),),
        stored,
        undo=(former,),
    )
    back = steps.step(
        "back",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"{name} of {table.name} is computed as before",
        (former,),
        stored,
    )
    return Compiled(
        strategy="catalog-only" if not column.stored else "as typed",
        why="nothing is stored" if not column.stored else "the table has no rows, or its rewrite is allowed",
        hazards=(f"both applications read {name} as {found.text} from expand on",),
        steps=(set_, back),
    )


def _column(steps: Steps, name: str) -> Column:
    """The generated column."""
    request, table = steps.request, steps.table
    column = _columns.known(request, table, name)
    if column.generated is None:
        of = _derived.of_column(request.catalog, table, steps.shape.survivor(name))
        how = f': trigger "{of.triggers[0].name}" computes it. Drop it, and add it again' if of is not None else ""
        raise request.error(f'column "{name}" of "{table.name}" is not a generated column{how}')
    return column


def _expression(steps: Steps, column: Column) -> ExpressionFacts:
    """What the server says of the new expression."""
    request = steps.request
    text = parse.deparse_expression(alter.definition(request.action.node))
    target = replace(column, generated=None)
    found = _columns.facts(request, steps.table, text, target, what=f"SET EXPRESSION ({text})")
    if not found.immutable or found.has_subquery:
        raise request.error(f"the generation expression is not immutable, or has a subquery: {found.text}")
    return found


def _refuse(steps: Steps, name: str, column: Column) -> None:
    request, table = steps.request, steps.table
    if _columns.flight(steps.shape, name) is not None or steps.shape.links:
        raise request.refuse(f"a column of {table.name} is between two names", hint=ALONE)
    checks = [each.name for each in table.constraints if each.kind == "check"]
    if not column.stored and checks:
        raise request.error(
            f'"{table.name}" has CHECK constraints ({", ".join(checks)}), '
            "beside which PostgreSQL changes no virtual column",
            hint="Add a column with the other expression, and drop this one when nobody reads it any more.",
        )
    if column.stored and has_rows(request.catalog, table.oid) and not request.allowed("rewrite"):
        virtual = (
            " Since 18 it may be VIRTUAL, whose expression changes at once." if request.catalog.major >= 18 else ""
        )
        raise request.refuse(
            f"SET EXPRESSION rewrites {table.name} under ACCESS EXCLUSIVE: every value of {name} is computed anew",
            hint=f"Add a column with the new expression (its rows are filled while everybody works), then drop {name}."
            f"{virtual} Or, when the table may stand still for that long: -- pgwright: allow = rewrite",
        )
