"""Add a UNIQUE constraint whose index is built while the application goes on writing.

## What it does

`ALTER TABLE t ADD [CONSTRAINT name] UNIQUE (…)`, or `… UNIQUE USING INDEX index`. Values that several rows share are
counted and shown, and the change is refused, before anything is changed.

## Why it is dangerous

Done as typed, the index is built under ACCESS EXCLUSIVE: nobody reads or writes meanwhile.

## Phases and locks

expand: duplicates are looked for (ACCESS SHARE); the index is built concurrently (SHARE UPDATE EXCLUSIVE, in no
transaction); the constraint takes it over (ACCESS EXCLUSIVE, milliseconds). On a partitioned table that is done for
each partition, and the table then takes those for its own.

## Rollback

Drops the constraint with its index. An index that was taken over is built again, concurrently, first.

## Versions

PostgreSQL 14 to 18; NULLS NOT DISTINCT since 15.

## Example

    ALTER TABLE utilisateurs ADD CONSTRAINT email_unique UNIQUE (email);
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import alter
from ...sql.quote import ident
from . import _columns, _constraints, raw_sql
from ._key import key
from ._operation import Compiled, Request
from ._steps import Steps
from ._taken import take_over
from ._twin import table_sql
from ._unique import twice

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AddConstraint.UNIQUE",)


@dataclass(frozen=True, kw_only=True)
class AddUnique:
    """Let no two rows of `table` have the same `columns`."""

    table: str
    columns: tuple[str, ...]
    name: str | None = None
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ADD UNIQUE."""
        called = f"CONSTRAINT {ident(self.name)} " if self.name is not None else ""
        columns = ", ".join(map(ident, self.columns))
        return f"ALTER TABLE {table_sql(self.table, self.schema)} ADD {called}UNIQUE ({columns});\n"


def compile_(request: Request) -> Compiled:
    """Look, build, take over."""
    relation = request.action.statement.node.relation
    table = _constraints.changeable(request, relation)
    constraint = alter.definition(request.action.node)
    if not _columns.is_whole(relation, table) or getattr(constraint, "without_overlaps", False):
        return raw_sql.compile_(request)
    _columns.check_length(request)
    steps = Steps(request, table)
    if constraint.indexname:
        return take_over(steps, constraint, "UNIQUE")
    columns = [each.string.sval for each in constraint.keys]
    for column in columns:
        _columns.known(request, table, column)
    phase = request.moment()
    return Compiled(
        strategy="concurrent index",
        why="its index is built while everybody works, and taken over in an instant",
        hazards=(twice(columns),),
        steps=tuple(key(steps, constraint, "UNIQUE", columns, phase)),
    )
