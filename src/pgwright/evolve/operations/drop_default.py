"""Take the DEFAULT of a column away, once the old application has gone.

## What it does

`ALTER TABLE t ALTER COLUMN c DROP DEFAULT`. Rows that are there keep their values.

## Why it is dangerous

The old application may insert rows without the column and count on the DEFAULT; without it they get NULL, or fail where
the column is NOT NULL. So it goes with contract.

## Phases and locks

contract: one instant step (ACCESS EXCLUSIVE, milliseconds).

## Rollback

Before contract there is nothing to undo; in the grace period after it the DEFAULT comes back.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes ALTER COLUMN statut DROP DEFAULT;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql.quote import ident
from ..steps import condition
from ..steps.step import Kind, Phase
from . import _columns, _identity, raw_sql
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql
from .set_default import SITUATION, back, change_sql, check, former_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_ColumnDefault.DROP",)


@dataclass(frozen=True, kw_only=True)
class DropDefault:
    """Take the DEFAULT of `column` of `table` away."""

    table: str
    column: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … DROP DEFAULT."""
        table = table_sql(self.table, self.schema)
        return f"ALTER TABLE {table} ALTER COLUMN {ident(self.column)} DROP DEFAULT;\n"


def compile_(request: Request) -> Compiled:
    """One step of contract, with its way back."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not relation.inh and table.children:
        return raw_sql.compile_(request)
    steps, name = Steps(request, table), request.action.node.name
    check(request, _columns.known(request, table, name), name)
    number = steps.shape.survivor(name)
    former = former_sql(steps, name, name)
    if all(statement.endswith(" DROP DEFAULT") for statement in former):
        return Compiled(strategy="nothing to do", why=f"{name} has no DEFAULT")
    steps.shape.defaults[number] = None
    if _identity.takes_over_default(request, name):
        return Compiled(strategy="with the identity", why=f"the same statement makes {name} an identity, in one moment")
    # By then renames before it are native: the column has the name of the statement.
    drop = steps.step(
        "drop",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"drop the DEFAULT of {name} of {table.name}",
        (change_sql(steps, name, None),),
        steps.on(SITUATION),
        undo=former,
        ready=condition.has_number(table.oid, number),
    )
    pair = _columns.flight(steps.shape, name)
    own = pair is not None and "own_default" in pair.extra
    # One that a new type cannot have comes back with the old column.
    restored = () if own else (back(steps, name, former, Phase.RESTORE, "restore"),)
    return Compiled(
        strategy="with contract",
        why="until then the old application may count on it",
        hazards=(f"until contract rows that the new application inserts without {name} get the DEFAULT",),
        steps=(drop, *restored),
    )
