"""Tell the planner of queries how many values a column has, where ANALYZE guesses wrong.

## What it does

`ALTER TABLE t ALTER COLUMN c SET (n_distinct = …, n_distinct_inherited = …)`, and `RESET (…)`. The next ANALYZE takes
the number instead of its own estimate.

## Why it is dangerous

It is not: nothing is read or written. A wrong number makes query plans worse, from the next ANALYZE on.

## Phases and locks

expand: one step, SHARE UPDATE EXCLUSIVE on the table, which blocks no reads and no writes. What is below the table
keeps its own. contract: nothing. On a column whose values another one takes over it is set with contract.

## Rollback

The options that were set before come back, unless somebody has set others since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes ALTER COLUMN utilisateur_id SET (n_distinct = -0.2);
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Column
from ...sql import alter
from ...sql.quote import ident
from ._operation import Compiled, Request
from ._options import assigned, former, listed
from ._setting import of_column
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_SetOptions", "AlterTableStmt.AT_ResetOptions")


@dataclass(frozen=True, kw_only=True)
class SetColumnOptions:
    """Set options of `column` of `table`: pairs of a name and a value, None to reset it."""

    table: str
    column: str
    options: tuple[tuple[str, str | None], ...]
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ALTER COLUMN … SET and RESET."""
        column = f"ALTER COLUMN {ident(self.column)} "
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {assigned(self.options, column)};\n"


def compile_(request: Request) -> Compiled:
    """One step under a weak lock."""
    action = request.action
    options = listed(alter.definition(action.node))
    reset = action.key.endswith("AT_ResetOptions")
    given = tuple((name, None if reset else value) for name, value in options)
    names = tuple(name for name, _ in given)

    def undo(column: Column) -> tuple[str, ...]:
        return former(column.options, names)

    steps = of_column(
        request,
        subtype=action.key.partition(".")[2],
        clause=assigned(given),
        reads="column_options",
        what=", ".join(names),
        undo=undo,
        names=names,
        recurses=False,
    )
    return Compiled(
        strategy="catalog-only",
        why="nothing is read, and nobody who reads or writes is held up",
        hazards=("it does nothing until the table is analyzed: ANALYZE, or autovacuum does it some day",),
        steps=steps,
    )
