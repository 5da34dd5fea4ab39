"""Put a table below another one by inheritance, or take it out again.

## What it does

`ALTER TABLE child INHERIT parent` and `ALTER TABLE child NO INHERIT parent`. Queries of the parent read the rows of its
children too. For partitions there is ATTACH and DETACH PARTITION.

## Why it is dangerous

The rows of the child appear in, or disappear from, what both applications read and change through the parent.
PostgreSQL wants the columns and CHECK constraints of the parent on the child: it is asked on empty copies of both, and
where it would refuse, so does the plan. Nothing is read in either table.

## Phases and locks

INHERIT comes with expand: one instant step (ACCESS EXCLUSIVE on the child and what is below it, SHARE UPDATE EXCLUSIVE
on the parent, milliseconds). NO INHERIT waits for contract, because the old application reads those rows (ACCESS
EXCLUSIVE on the child, ACCESS SHARE on the parent). While columns of either are in flight it is refused.

## Rollback

The other statement. After NO INHERIT and its way back the columns of the child count as its own as well: a dump then
writes them out, and dropping one on the parent leaves it on the child.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes_2024 INHERIT commandes;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Table
from ...sql import alter
from ...sql.quote import qualified
from ..locks.scene import Situation
from ..steps.step import Action, Kind, Phase
from ._operation import ALONE, Compiled, Request
from ._setting import refuse_clause
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AddInherit", "AlterTableStmt.AT_DropInherit")


@dataclass(frozen=True, kw_only=True)
class Inherit:
    """Put `table` below `parent`, or with `no` take it out."""

    table: str
    parent: str
    no: bool = False
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … INHERIT."""
        change = "NO INHERIT" if self.no else "INHERIT"
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {change} {table_sql(self.parent, self.schema)};\n"


def compile_(request: Request) -> Compiled:
    """One instant step each way."""
    child = request.changeable(request.action.statement.node.relation)
    parent = request.changeable(alter.definition(request.action.node))
    joins = request.action.key.endswith("AT_AddInherit")
    _refuse(request, child, parent, joins=joins)
    steps, above = Steps(request, child), qualified(parent.name)
    words = (f"INHERIT {above}", f"NO INHERIT {above}")
    there, back = words if joins else words[::-1]
    oids = {"target": steps.family if joins else (child.oid,), "parent": (parent.oid,)}
    on = Situation(request.action.key, oids)
    off = Situation(f"AlterTableStmt.AT_{'Drop' if joins else 'Add'}Inherit", {**oids, "target": steps.family})
    own = Action(name="as_written", parameters={"below": ""})
    summary = f"{child.name} is {'below' if joins else 'no longer below'} {parent.name}"
    change = steps.step(
        "change",
        Phase.EXPAND if joins else Phase.CONTRACT,
        Kind.INSTANT if joins else Kind.CUTOVER,
        summary,
        (steps.alter(there),),
        on,
        action=own,
        undo=(steps.alter(back),),
        done=_is_below(child, parent, stands=joins),
    )
    undo = steps.step(
        "back",
        Phase.ROLLBACK if joins else Phase.RESTORE,
        Kind.CUTOVER,
        f"{child.name} as before {summary}",
        (steps.alter(back),),
        off,
        action=own,
        done=_is_below(child, parent, stands=not joins),
    )
    return Compiled(
        strategy="catalog-only" if joins else "with contract",
        why="nothing is read in either table" if joins else "the old application reads those rows until then",
        hazards=_hazards(child, parent, joins=joins),
        steps=(change, undo),
    )


def _is_below(child: Table, parent: Table, *, stands: bool) -> str:
    return (
        f"SELECT {'' if stands else 'NOT '}EXISTS (SELECT FROM pg_catalog.pg_inherits "
        f"WHERE inhrelid = {child.oid:d} AND inhparent = {parent.oid:d})"
    )


def _refuse(request: Request, child: Table, parent: Table, *, joins: bool) -> None:
    for table in (child, parent):
        shape = request.shape(table)
        if shape.links or shape.fills or table.oid in request.busy:
            other = request.busy.get(table.oid) or "another migration"
            raise request.refuse(f'"{other}" is open and about {table.name}', hint=ALONE)
        if table.partition_bound is not None or table.kind == "p":
            raise request.error(
                f'"{table.name}" has to do with partitions, which INHERIT is not for',
                hint="Use ATTACH PARTITION or DETACH PARTITION.",
            )
    below = parent.oid in child.parents
    if not joins:
        if not below:
            raise request.error(f'relation "{parent.name}" is not a parent of relation "{child.name}"')
        return
    if below:
        raise request.error(f'relation "{parent.name}" would be inherited from more than once')
    if any(part.oid == parent.oid for part in request.catalog.descendants(child.oid)):
        raise request.error(f'"{parent.name}" is already below "{child.name}": circular inheritance is not allowed')
    refuse_clause(request, child, "INHERIT", parent)


def _hazards(child: Table, parent: Table, *, joins: bool) -> tuple[str, ...]:
    if joins:
        return (f"from expand on {parent.name} shows the rows of {child.name} to both applications",)
    return (
        f"after contract {parent.name} shows the rows of {child.name} no more",
        f"after contract and a rollback from the grace period the columns of {child.name} count as its own as well",
    )
