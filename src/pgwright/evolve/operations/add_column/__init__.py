"""Add a column, filled and constrained while the application goes on writing.

## What it does

`ALTER TABLE t ADD COLUMN c type` with DEFAULT, NOT NULL, CHECK, REFERENCES, UNIQUE, PRIMARY KEY, GENERATED, serial.
With `up = expression` the rows that are there get a value from their other columns, and until contract so does every
row that is written without one. A stored generated column on a table with rows ends as a plain column that two triggers
of the application compute, because PostgreSQL makes no generated column of a plain one: the plan says what differs.

## Why it is dangerous

A DEFAULT that is another value for each row rewrites the table under ACCESS EXCLUSIVE, and so do serial, an identity
and a stored generated column; CHECK, NOT NULL and UNIQUE read it under that lock; NOT NULL without a DEFAULT fails, and
breaks the INSERTs of the old application.

## Phases and locks

expand: rows that `up` would leave empty under NOT NULL, or whose DEFAULT a CHECK would refuse, are looked for (ACCESS
SHARE). The column is added (ACCESS EXCLUSIVE, milliseconds), with a DEFAULT that is one value for all rows as part of
it. Where each row gets a value of its own (a volatile DEFAULT, `up`, serial, an identity, a stored generated column) a
pass fills the rows in small batches; an identity takes over from the sequence that numbered them, a computed column is
proven by a CHECK that is validated and goes again. VIRTUAL (18) is catalog-only. Then, apart and without a scan under a
strong lock: NOT NULL, CHECK and foreign key NOT VALID and validated, UNIQUE by an index that is built concurrently.
contract: with `up` the trigger that fills goes.

## Rollback

Drops the column. Where the new application may have stored values in it, that needs `destructive`.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes ADD COLUMN canal text NOT NULL DEFAULT 'web';
"""

from __future__ import annotations

from dataclasses import dataclass

from ....sql import alter
from ....sql.quote import ident
from .. import _columns, raw_sql
from .._operation import Compiled, Request
from .._steps import Steps
from .._twin import directives, table_sql
from ..add_primary_key import refuse_second
from . import _generated
from ._added import constraints, understand, unknown
from ._build import build

DIRECTIVES = ("up", "allow")
RECOGNISES = ("AlterTableStmt.AT_AddColumn",)

__all__ = ["DIRECTIVES", "RECOGNISES", "AddColumn", "compile_"]


@dataclass(frozen=True, kw_only=True)
class AddColumn:
    """Add `column` of `type` to `table`. `default` is an expression; `up` fills the rows that are there."""

    table: str
    column: str
    type: str
    default: str | None = None
    not_null: bool = False
    schema: str | None = None
    up: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ADD COLUMN with its directive."""
        table = table_sql(self.table, self.schema)
        more = f" DEFAULT {self.default}" if self.default is not None else ""
        more += " NOT NULL" if self.not_null else ""
        return f"{directives(up=self.up)}ALTER TABLE {table} ADD COLUMN {ident(self.column)} {self.type}{more};\n"


def compile_(request: Request) -> Compiled:
    """Understand the column, then add, fill, constrain."""
    relation = request.action.statement.node.relation
    table = request.changeable(relation)
    node = alter.definition(request.action.node)
    steps = Steps(request, table)
    if request.action.node.missing_ok and node.colname in steps.shape.logical:
        return Compiled(strategy="nothing to do", why=f"{table.name} has a column {node.colname} already")
    found = constraints(node)
    if not _columns.is_whole(relation, table) or unknown(found):
        return raw_sql.compile_(request)
    _columns.check_new_name(request, table, node.colname)
    if "CONSTR_PRIMARY" in found:
        refuse_second(steps)
    added = understand(steps, node, found)
    if "CONSTR_GENERATED" in found:
        _generated.understood(added, found["CONSTR_GENERATED"])
    return build(added)
