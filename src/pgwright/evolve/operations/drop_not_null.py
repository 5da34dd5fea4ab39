"""Let a column be NULL.

## What it does

`ALTER TABLE t ALTER COLUMN c DROP NOT NULL`.

## Why it is dangerous

Hardly for the table; the old application may read a NULL that it does not expect, as soon as the new one writes one.

## Phases and locks

expand: one instant step (ACCESS EXCLUSIVE, milliseconds).

## Rollback

NOT NULL comes back without a scan under a strong lock, as `set_not_null` makes it. While rows hold a NULL it is
refused, with their count.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes ALTER COLUMN référence DROP NOT NULL;
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog.values import Column, Table
from ...sql.quote import ident
from ..steps import condition
from ..steps.step import Kind, Phase, Step
from . import _columns, raw_sql
from ._not_null import NotNull
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_DropNotNull",)


@dataclass(frozen=True, kw_only=True)
class DropNotNull:
    """Let `column` of `table` be NULL."""

    table: str
    column: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … DROP NOT NULL."""
        table = table_sql(self.table, self.schema)
        return f"ALTER TABLE {table} ALTER COLUMN {ident(self.column)} DROP NOT NULL;\n"


def compile_(request: Request) -> Compiled:
    """One instant step, and the way back by a proof."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    return compile_for(Steps(request, table), request.action.node.name)


def compile_for(steps: Steps, name: str) -> Compiled:
    """The same for the column `name`: dropping the constraint of it is another way to say it (18)."""
    request, table, shape = steps.request, steps.table, steps.shape
    column = _columns.known(request, table, name)
    number = shape.survivor(name)
    if (pair := _columns.proving(shape, name)) is not None:
        raise request.refuse(
            f"{name} is between two columns until {pair.migration} is contracted, which proves NOT NULL",
            hint="Write DROP NOT NULL into a later migration, and contract the rename first.",
        )
    if number not in shape.not_null:
        return Compiled(strategy="nothing to do", why=f"{name} may be NULL already")
    _check(request, table, column, name)
    shape.not_null.discard(number)
    there = shape.on_server(name)
    statement = steps.alter(f"ALTER COLUMN {ident(there)} DROP NOT NULL")
    drop = steps.step(
        "drop",
        request.moment(),
        Kind.INSTANT,
        f"{name} of {table.name} may be NULL",
        (statement,),
        steps.on("AlterTableStmt.AT_DropNotNull"),
        undo=(steps.alter(f"ALTER COLUMN {ident(there)} SET NOT NULL"),),
        done=condition.neither(condition.is_not_null(table.oid, number)),
    )
    return Compiled(
        strategy="catalog-only",
        why="nothing is read or written",
        hazards=(f"the old application may read a NULL in {name} that the new one wrote",),
        steps=(drop, *_back(steps, name)),
    )


def _check(request: Request, table: Table, column: Column, name: str) -> None:
    """What PostgreSQL refuses, and what would meet a rename in flight."""
    for constraint in table.constraints:
        if constraint.kind == "primary key" and column.number in constraint.columns:
            raise request.error(f'column "{name}" is in the primary key "{constraint.name}", which needs NOT NULL')
    if column.identity is not None:
        raise request.error(f'column "{name}" is an identity column, which needs NOT NULL')
    parents = [request.catalog.tables[oid] for oid in table.parents if oid in request.catalog.tables]
    if any((above := parent.column(column.name)) is not None and above.not_null for parent in parents):
        raise request.error(f'column "{name}" is NOT NULL in the parent table', hint="Change it there.")


def _back(steps: Steps, name: str) -> list[Step]:
    """Rollback: the NULLs that are there now are counted, then NOT NULL is proven."""
    proof = NotNull.of(steps, name, Phase.ROLLBACK, tag="back")
    original = _name_of(steps, steps.shape.survivor(name))
    if original is not None:
        proof = replace(proof, constraint=original)
    query = f"SELECT * FROM {steps.sql} WHERE {ident(proof.column)} IS NULL"
    look = steps.look(
        "back_look",
        f"look for rows of {steps.table.name} where {name} is NULL by now",
        query,
        f"rows of {steps.table.name} with NULL in {name}, which was NOT NULL",
        "Fill them, then run the rollback again.",
        phase=Phase.ROLLBACK,
    )
    added = proof.add()
    return [look, added, *proof.prove(again=(look.id, added.id), query=query)]


def _name_of(steps: Steps, number: int) -> str | None:
    """The name that the constraint has now (18): it comes back with it."""
    found = (each for each in steps.table.constraints if each.kind == "not null" and each.columns == (number,))
    return next((each.name for each in found), None)
