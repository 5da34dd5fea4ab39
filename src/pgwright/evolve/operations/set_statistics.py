"""Set how closely ANALYZE looks at a column.

## What it does

`ALTER TABLE t ALTER COLUMN c SET STATISTICS n`. The next ANALYZE keeps up to `n` common values and histogram bounds of
the column; `-1` (and `DEFAULT`, from 17 on) is the default of the server.

## Why it is dangerous

It is not: nothing is read or written. It does nothing either until the table is analyzed; a large target makes ANALYZE
and the planner of queries slower.

## Phases and locks

expand: one step, SHARE UPDATE EXCLUSIVE on the table and all below it, which blocks no reads and no writes. contract:
nothing. On a column whose values another one takes over it is set with contract.

## Rollback

The target that each table had comes back, unless somebody has set another one since.

## Versions

PostgreSQL 14 to 18; `DEFAULT` needs 17.

## Example

    ALTER TABLE commandes ALTER COLUMN statut SET STATISTICS 500;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import parse
from ...sql.quote import ident
from ._operation import Compiled, Request
from ._setting import of_column
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_SetStatistics",)
MOST = 10_000
"""PostgreSQL lowers what is more, with a warning (14 to 18)."""


@dataclass(frozen=True, kw_only=True)
class SetStatistics:
    """Give `column` of `table` the statistics target `target`, -1 for the default of the server."""

    table: str
    column: str
    target: int
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET STATISTICS."""
        table = table_sql(self.table, self.schema)
        return f"ALTER TABLE {table} ALTER COLUMN {ident(self.column)} SET STATISTICS {self.target:d};\n"


def compile_(request: Request) -> Compiled:
    """One step under a weak lock."""
    target = _target(request)
    steps = of_column(
        request,
        subtype="AT_SetStatistics",
        clause=f"SET STATISTICS {target:d}",
        reads="statistics",
        what="the statistics target",
        undo=lambda column: (f"SET STATISTICS {-1 if column.statistics is None else column.statistics:d}",),
    )
    return Compiled(
        strategy="catalog-only",
        why="nothing is read, and nobody who reads or writes is held up",
        hazards=("it does nothing until the table is analyzed: ANALYZE, or autovacuum does it some day",),
        steps=steps,
    )


def _target(request: Request) -> int:
    node = request.action.node
    if not node.HasField("def"):
        if request.catalog.major < 17:
            raise request.error("SET STATISTICS DEFAULT needs PostgreSQL 17", hint="Write SET STATISTICS -1.")
        return -1
    value = int(parse.unwrap(getattr(node, "def")).ival)
    if value > MOST:
        raise request.error(
            f"statistics target {value} is too high", hint=f"PostgreSQL would lower it to {MOST:,}: write that."
        )
    return value
