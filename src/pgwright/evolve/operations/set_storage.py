"""Choose whether large values of a column are compressed and stored out of line.

## What it does

`ALTER TABLE t ALTER COLUMN c SET STORAGE EXTERNAL` (or `PLAIN`, `MAIN`, `EXTENDED`; `DEFAULT` from 16 on). It holds for
values that are written from then on; what is there stays as it is stored until its row is written anew.

## Why it is dangerous

Hardly: only the catalog changes. With `PLAIN` a value that does not fit into a block is an error for both applications.

## Phases and locks

expand: one instant step (ACCESS EXCLUSIVE on the table and all below it, milliseconds). contract: nothing. On a column
whose values another one takes over it is set with contract.

## Rollback

The storage that each table had comes back, unless somebody has set another one since.

## Versions

PostgreSQL 14 to 18; `DEFAULT` needs 16.

## Example

    ALTER TABLE produits ALTER COLUMN photo SET STORAGE EXTERNAL;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import alter
from ...sql.quote import ident
from ._operation import Compiled, Request
from ._setting import of_column
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_SetStorage",)
WORDS = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
"""`pg_attribute.attstorage`, as SET STORAGE writes it."""


@dataclass(frozen=True, kw_only=True)
class SetStorage:
    """Store new values of `column` of `table` as `storage` says: plain, external, extended, main."""

    table: str
    column: str
    storage: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET STORAGE."""
        table = table_sql(self.table, self.schema)
        return f"ALTER TABLE {table} ALTER COLUMN {ident(self.column)} SET STORAGE {ident(self.storage)};\n"


def compile_(request: Request) -> Compiled:
    """One instant step."""
    storage = alter.definition(request.action.node).sval.upper()
    steps = of_column(
        request,
        subtype="AT_SetStorage",
        clause=f"SET STORAGE {storage}",
        reads="storage",
        what="the storage",
        undo=lambda column: (f"SET STORAGE {WORDS.get(column.storage, 'EXTENDED')}",),
    )
    name = request.action.node.name
    hazards = [f"values of {name} that are there stay as they are stored until their rows are written anew"]
    if storage == "PLAIN":
        hazards.append(f"a value of {name} that does not fit into a block is refused from expand on (54000)")
    return Compiled(
        strategy="catalog-only", why="rows that are there are not touched", hazards=tuple(hazards), steps=steps
    )
