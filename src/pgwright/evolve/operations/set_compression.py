"""Choose how new large values of a column are compressed.

## What it does

`ALTER TABLE t ALTER COLUMN c SET COMPRESSION lz4` (or `pglz`, or `default`: what `default_toast_compression` says). It
holds for values that are written from then on; what is there stays compressed as it is, and is read as before.

## Why it is dangerous

It is not: only the catalog changes.

## Phases and locks

expand: one instant step (ACCESS EXCLUSIVE on the table and all below it, milliseconds). contract: nothing. On a column
whose values another one takes over it is set with contract.

## Rollback

The method that each table had comes back, unless somebody has set another one since.

## Versions

PostgreSQL 14 to 18. `lz4` needs a server that was built with it: it is asked.

## Example

    ALTER TABLE produits ALTER COLUMN description SET COMPRESSION lz4;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import alter
from ...sql.quote import ident
from ._operation import Compiled, Request
from ._setting import of_column
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_SetCompression",)
WORDS = {"p": "pglz", "l": "lz4"}
"""`pg_attribute.attcompression`, as SET COMPRESSION writes it."""


@dataclass(frozen=True, kw_only=True)
class SetCompression:
    """Compress new values of `column` of `table` by `method`: pglz, lz4 or default."""

    table: str
    column: str
    method: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET COMPRESSION."""
        table = table_sql(self.table, self.schema)
        method = "DEFAULT" if self.method.lower() == "default" else ident(self.method)
        return f"ALTER TABLE {table} ALTER COLUMN {ident(self.column)} SET COMPRESSION {method};\n"


def compile_(request: Request) -> Compiled:
    """One instant step."""
    method = alter.definition(request.action.node).sval
    steps = of_column(
        request,
        subtype="AT_SetCompression",
        clause=f"SET COMPRESSION {'DEFAULT' if method == 'default' else ident(method)}",
        reads="compression",
        what="the compression",
        undo=lambda column: (f"SET COMPRESSION {WORDS.get(column.compression, 'DEFAULT')}",),
    )
    name = request.action.node.name
    return Compiled(
        strategy="catalog-only",
        why="rows that are there are not touched",
        hazards=(f"values of {name} that are there stay compressed as they are until they are written anew",),
        steps=steps,
    )
