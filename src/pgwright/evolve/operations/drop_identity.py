"""Let a column no longer number its rows, once the old application has gone.

## What it does

`ALTER TABLE t ALTER COLUMN c DROP IDENTITY`. The sequence goes; the column stays NOT NULL.

## Why it is dangerous

INSERTs that do not name the column fail from then on, and where the sequence stood is forgotten.

## Phases and locks

contract: one step (ACCESS EXCLUSIVE, milliseconds).

## Rollback

In the grace period after contract the identity comes back with its sequence, which goes on where it stood, or behind
the greatest value that there is by then where an index finds it.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes ALTER COLUMN id DROP IDENTITY;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Column
from ...sql.quote import ident
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _columns, _identity, raw_sql
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_DropIdentity",)


@dataclass(frozen=True, kw_only=True)
class DropIdentity:
    """Let `column` of `table` no longer number its rows."""

    table: str
    column: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … DROP IDENTITY."""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} ALTER COLUMN {ident(self.column)} DROP IDENTITY;\n"


def compile_(request: Request) -> Compiled:
    """With contract, and back by what it was then."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    steps, name = Steps(request, table), request.action.node.name
    column = _identity.column(steps, name)
    if column.identity is None:
        if request.action.node.missing_ok:
            return Compiled(strategy="nothing to do", why=f"{name} is not an identity column")
        raise request.error(f'column "{name}" of "{table.name}" is not an identity column')
    return Compiled(
        strategy="with contract",
        why="until then the old application counts on it",
        hazards=(f"from contract on an INSERT without {name} is refused (23502)",),
        steps=_steps(steps, name, column),
    )


def _steps(steps: Steps, name: str, column: Column) -> tuple[Step, Step]:
    """The identity goes, and comes back by what it was then."""
    table = steps.table
    statement = steps.alter(f"ALTER COLUMN {ident(name)} DROP IDENTITY")
    number = steps.shape.survivor(name)
    shared = {"relation": table.oid, "number": number}
    there = condition.is_identity(table.oid, name)
    indexed = _identity.leads(steps, name)
    catch_up = [_identity.catch_up(steps, name, _identity.sequence(column))] if indexed else []
    drop = steps.step(
        "drop",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"{name} of {table.name} numbers its rows no longer",
        (statement,),
        steps.on("AlterTableStmt.AT_DropIdentity"),
        action=Action(name="identity_change", parameters={**shared, "statements": [statement]}),
        undo=("the identity comes back as it was",),
        done=condition.neither(there),
    )
    restore = steps.step(
        "restore",
        Phase.RESTORE,
        Kind.CUTOVER,
        f"{name} of {table.name} is an identity again",
        (),
        steps.on("AlterTableStmt.AT_AddIdentity"),
        action=Action(
            name="identity_back", parameters={**shared, "step": drop.id, "add": True, "statements": catch_up}
        ),
        done=there,
    )
    return drop, restore
