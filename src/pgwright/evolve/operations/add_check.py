"""Add a CHECK constraint, proven while the application goes on writing.

## What it does

`ALTER TABLE t ADD [CONSTRAINT name] CHECK (…)`. Rows that break it are counted and shown, and the change is refused,
before anything is changed.

## Why it is dangerous

Done as typed, it reads the whole table under ACCESS EXCLUSIVE: nobody reads or writes meanwhile.

## Phases and locks

expand: rows that break it are looked for (ACCESS SHARE); it is added NOT VALID (ACCESS EXCLUSIVE, milliseconds), from
then on for what is written; it is validated (SHARE UPDATE EXCLUSIVE, reads the table while everybody works). What is
written as NOT VALID stays so.

## Rollback

Drops the constraint.

## Versions

PostgreSQL 14 to 18; NOT ENFORCED on 18.

## Example

    ALTER TABLE commandes ADD CONSTRAINT total_positif CHECK (total >= 0);
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import alter
from ...sql.quote import ident
from ..steps.step import Phase
from . import _columns, _constraints, raw_sql
from ._check import check
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql
from ._validated import told

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AddConstraint.CHECK",)


@dataclass(frozen=True, kw_only=True)
class AddCheck:
    """Add CHECK (`expression`) to `table`, called `name` or as PostgreSQL would."""

    table: str
    expression: str
    name: str | None = None
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ADD CHECK."""
        called = f"CONSTRAINT {ident(self.name)} " if self.name is not None else ""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} ADD {called}CHECK ({self.expression});\n"


def compile_(request: Request) -> Compiled:
    """Look, add, prove."""
    relation = request.action.statement.node.relation
    table = _constraints.changeable(request, relation)
    constraint = alter.definition(request.action.node)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    _columns.check_length(request)
    steps = Steps(request, table)
    made = check(steps, constraint)
    phase = request.moment()
    if phase is Phase.VERIFY:
        request.late.add(made.name)
    validate = not constraint.skip_validation and constraint.is_enforced
    strategy, why = told(constraint)
    return Compiled(
        strategy=strategy,
        why=why,
        hazards=(f"from expand on a write of the old application that breaks {made.name} is refused (23514)",)
        if constraint.is_enforced
        else (),
        steps=(*made.forward(phase, validate=validate), made.drop("undo", Phase.ROLLBACK)),
    )
