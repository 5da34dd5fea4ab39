"""Rename a column while two versions of the application use it, one by each name.

## What it does

`ALTER TABLE t RENAME COLUMN a TO b`, with or without `up` and `down` directives that change the values too.
From `expanded` until `contract` both names can be read and written.

## Why it is dangerous

Done as typed, every statement of the running application that says `a` fails from the moment of the COMMIT, and the
strong lock waits behind, and holds up, everything else on the table.

## Phases and locks

Strategy `copy`: expand adds the column `b` with sync triggers (ACCESS EXCLUSIVE, milliseconds), a pass fills it in
small batches (ROW EXCLUSIVE), verify proves both sides equal (a CHECK that is validated under SHARE UPDATE EXCLUSIVE),
contract drops the shadow and renames the original (ACCESS EXCLUSIVE, milliseconds). Indexes of the old column get
their like on the new one, built concurrently before `expanded`. With `up` or `down` checks and foreign keys get theirs
too (NOT VALID, then VALIDATE); contract proves NOT NULL, then flips in one transaction: views, policies, triggers,
publications and the rest change over to the new column, and the old one is put aside and kept in step until the grace
period ends. The way back from there holds the application to what the old column can keep, proves every row, and flips
back.
Strategy `alias`: the table is renamed aside and a view of its name shows both columns (ACCESS EXCLUSIVE,
milliseconds, no data moves). `auto` takes `alias` where everything that is known to use the table works through it.

## Rollback

Until `done`, without loss: what the new application wrote is in the old column.

## Versions

PostgreSQL 14 to 18. `alias` on a table with row-level security needs 15 (`security_invoker`).

## Example

    -- pgwright: up = trim(nom)
    ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;
"""

from __future__ import annotations

from dataclasses import dataclass

from ....sql.quote import ident
from .._operation import Compiled, Request
from .._takeover import builder, keys, policies
from .._twin import directives, table_sql
from . import _alias, _choose, _hazards
from ._rename import understand

DIRECTIVES = ("up", "down", "on_error", "strategy", "allow")
RECOGNISES = ("RenameStmt.OBJECT_COLUMN",)

__all__ = ["DIRECTIVES", "RECOGNISES", "RenameColumn", "compile_"]


@dataclass(frozen=True, kw_only=True)
class RenameColumn:
    """Rename `column` of `table` to `to` (names as the catalog has them, unquoted). `up`, `down` and `strategy` are
    what the directives of a file say."""

    table: str
    column: str
    to: str
    schema: str | None = None
    up: str | None = None
    down: str | None = None
    strategy: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … RENAME COLUMN with its directives."""
        table = table_sql(self.table, self.schema)
        above = directives(up=self.up, down=self.down, strategy=self.strategy)
        return f"{above}ALTER TABLE {table} RENAME COLUMN {ident(self.column)} TO {ident(self.to)};\n"


def compile_(request: Request) -> Compiled:
    """Understand the rename, choose the strategy, and compile it."""
    rename = understand(request)
    if rename.retyped:
        keys.refuse_impossible(request, rename)
        policies.refuse_impossible(request, rename)
    strategy, why = _choose.strategy(request, rename)
    if strategy == "alias":
        return _alias.compile_(request, rename, why)
    return builder.compile_(request, rename, why, lambda lasting: _hazards.of_copy(request, rename, lasting=lasting))
