"""Make a table a partition without a scan, a build or a proof under a strong lock.

## What it does

`ALTER TABLE p ATTACH PARTITION t FOR VALUES …`, or `DEFAULT`. The table keeps its rows; from then on they are seen
through the partitioned table, too.

## Why it is dangerous

As typed it reads all of the table, and all of the DEFAULT partition beside it, under ACCESS EXCLUSIVE; builds the
indexes that the table lacks and proves its foreign keys under that lock; and fails on the first row that does not fit.

## Phases and locks

expand: rows that do not fit the bound, and rows of the DEFAULT partition that belong into the new one, are looked for
(ACCESS SHARE), as are orphans and duplicates. Indexes are built concurrently on the table, keys taken over, foreign
keys added NOT VALID and validated. A CHECK of the bound on the table, and its opposite on the DEFAULT partition, is
added NOT VALID and validated (SHARE UPDATE EXCLUSIVE). Then the table is attached and the checks go in one transaction:
SHARE UPDATE EXCLUSIVE on the parent, ACCESS EXCLUSIVE on the two partitions and on tables that foreign keys point to,
for milliseconds.

## Rollback

Detaches it, and takes away what was built for it. Rows that were written through the parent stay in it.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE mesures ATTACH PARTITION mesures_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.name import RelationName
from ...catalog.values import Table
from ...sql import alter
from ...sql.parse import Node
from ..locks.declare import has_rows
from ..steps.step import Phase
from . import _partition_parts, raw_sql
from ._operation import Compiled, Request
from ._partition import Partition, bound_text, facts
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AttachPartition",)


@dataclass(frozen=True, kw_only=True)
class AttachPartition:
    """Make `partition` a partition of `table`; `bound` is FOR VALUES … or DEFAULT."""

    table: str
    partition: str
    bound: str
    schema: str | None = None
    partition_schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ATTACH PARTITION."""
        partition = table_sql(self.partition, self.partition_schema)
        return f"ALTER TABLE {table_sql(self.table, self.schema)} ATTACH PARTITION {partition} {self.bound};\n"


def compile_(request: Request) -> Compiled:
    """Look, build and prove beside; then attach."""
    parent = request.changeable(request.action.statement.node.relation)
    command = alter.definition(request.action.node)
    child, name = child_of(request, command.name)
    if child is not None and child.kind == "f":
        return raw_sql.compile_(request)
    return attach(request, parent, child, name, bound_text(command.bound))


def child_of(request: Request, relation: Node) -> tuple[Table | None, RelationName]:
    """The table that the statement names, None for one that the same plan creates, and its name."""
    schemas = (relation.schemaname,) if relation.schemaname else request.catalog.search_path
    if request.catalog.find(relation.relname, relation.schemaname or None) is None:
        for schema in schemas:
            if (name := RelationName(schema, relation.relname)) in request.created:
                return None, name
    child = request.changeable(relation)
    return child, child.name


def attach(request: Request, parent: Table, child: Table | None, name: RelationName, bound: str) -> Compiled:
    """The same for a partition of CREATE TABLE … PARTITION OF, which is attached when it is there."""
    if parent.kind != "p":
        raise request.error(f'table "{parent.name}" is not partitioned')
    if request.action.statement.kind == "AlterTableStmt":
        _partition_parts.refuse_unsettled(request, parent, child)
    if child is not None:
        _partition_parts.check(request, parent, child)
    found = facts(request, parent, bound)
    partition = Partition(steps=Steps(request, parent), name=name, child=child, bound=bound, facts=found)
    before, back = _partition_parts.made(Steps(request, child), parent, Phase.EXPAND) if child is not None else ([], [])
    steps = (
        *partition.attached(Phase.EXPAND, look=Phase.LOOK, more=tuple(before)),
        partition.detach("detach", Phase.ROLLBACK),
        *partition.unproven(),
        *back,
    )
    return Compiled(
        strategy="proven beside, then attached",
        why="the bound is proven by a CHECK, so that nothing is read under the strong lock",
        hazards=_hazards(request, partition),
        steps=steps,
    )


def _hazards(request: Request, partition: Partition) -> tuple[str, ...]:
    parent, found = partition.steps.table, []
    if partition.default is not None:
        found.append(
            f"until {partition.name} is attached rows for it are refused (23514): not even {partition.default.name} "
            "takes them any more"
        )
    if partition.child is not None and partition.facts.condition:
        found.append(
            f"from the proof on a row that does not fit {partition.bound} is refused by {partition.name} (23514)"
        )
    if partition.child is not None and has_rows(request.catalog, partition.child.oid):
        found.append(
            f"the rows of {partition.name} are seen through {parent.name} from expand on, by both applications"
        )
    if parent.publications:
        found.append(f"{parent.name} is published, and so will be what is written to {partition.name}")
    return tuple(found)
