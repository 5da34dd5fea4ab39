"""Note by which index CLUSTER is to sort a table, or that by none.

## What it does

`ALTER TABLE t CLUSTER ON index` and `ALTER TABLE t SET WITHOUT CLUSTER`. It is a mark in the catalog: nothing is sorted
until somebody runs CLUSTER, which `rewrite_table` tells about.

## Why it is dangerous

It is not: nothing is read or written.

## Phases and locks

expand: one step, SHARE UPDATE EXCLUSIVE on the table, which blocks no reads and no writes. contract: nothing.

## Rollback

The mark that was there before comes back, unless somebody has set another one since.

## Versions

PostgreSQL 14 to 18. A partitioned table cannot be marked.

## Example

    ALTER TABLE commandes CLUSTER ON commandes_pkey;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Table
from ...sql.quote import ident
from ._operation import Compiled, Request
from ._setting import Setting
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_ClusterOn", "AlterTableStmt.AT_DropCluster")


@dataclass(frozen=True, kw_only=True)
class ClusterOn:
    """Mark `index` of `table` as the one that CLUSTER sorts by; None takes the mark away."""

    table: str
    index: str | None
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … CLUSTER ON."""
        change = "SET WITHOUT CLUSTER" if self.index is None else f"CLUSTER ON {ident(self.index)}"
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {change};\n"


def compile_(request: Request) -> Compiled:
    """One step under a weak lock."""
    action = request.action
    steps = Steps(request, request.changeable(action.statement.node.relation))
    table, key = steps.table, action.key
    if table.kind == "p":
        raise request.error(f'"{table.name}" is partitioned and cannot be marked', hint="Mark its partitions.")
    on = key.endswith("AT_ClusterOn")
    if on:
        _check(request, table, action.node.name)
    change = f"CLUSTER ON {ident(action.node.name)}" if on else "SET WITHOUT CLUSTER"
    setting = Setting(
        steps=steps,
        change=change,
        on=steps.on(key, target=(table.oid,)),
        reads="cluster",
        summary=f"mark {action.node.name} of {table.name} for CLUSTER" if on else f"unmark {table.name} for CLUSTER",
        back=f"mark {table.name} for CLUSTER as before",
    )
    return Compiled(
        strategy="catalog-only",
        why="it is a mark: nothing is sorted by it",
        steps=setting.compiled(request.moment()),
    )


def _check(request: Request, table: Table, name: str) -> None:
    """What PostgreSQL refuses of an index."""
    index = next((each for each in table.indexes if each.name == name), None)
    if index is None:
        if name in request.names or name in request.late:
            return  # an earlier statement of the plan makes it
        raise request.error(f'index "{name}" for table "{table.name}" does not exist')
    if " WHERE " in index.definition:
        raise request.error(f'index "{name}" is partial: CLUSTER cannot sort by it')
    if not index.valid:
        raise request.error(f'index "{name}" is not valid', hint=f"REINDEX INDEX CONCURRENTLY {ident(name)};")
    if index.method not in ("btree", "gist"):
        raise request.error(f'index "{name}" is a {index.method} index: CLUSTER cannot sort by it')
