"""Take a partition out of its table, once the old application has gone, with a way back for a while.

## What it does

`ALTER TABLE p DETACH PARTITION t`, with or without CONCURRENTLY; FINALIZE ends one that was interrupted. The rows stay
in `t`, and are no longer seen through `p`.

## Why it is dangerous

As typed it waits for, and then holds, ACCESS EXCLUSIVE on the whole partitioned table, and everybody queues behind it.
A DETACH … CONCURRENTLY that a timeout breaks leaves the partition out of sight of everybody, and nothing but FINALIZE
repairs that.

## Phases and locks

contract: without CONCURRENTLY one short transaction (ACCESS EXCLUSIVE on the parent, the partition, and a DEFAULT
partition beside it), asked for in short tries. With it SHARE UPDATE EXCLUSIVE on the parent, a wait for all who use it,
and ACCESS EXCLUSIVE on the partition for milliseconds; no timeout runs over it, and what was interrupted is finalized.
PostgreSQL then leaves a CHECK of the bound on the table, as it does when it is typed. Foreign keys that point to the
parent are proven against the rows that leave, which reads the tables that they belong to.

## Rollback

In the grace period after contract the partition is attached again: a CHECK of its bound is validated, and an index that
the parent has ON ONLY itself is built before, so that nothing is read under the strong lock. FINALIZE has no way back
but ATTACH PARTITION.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE mesures DETACH PARTITION mesures_2020 CONCURRENTLY;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog import dependents
from ...catalog.values import Table
from ...sql import alter
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _partition_parts
from ._constraints import all_seen
from ._operation import Compiled, Request
from ._partition import DETACH, Partition, facts
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_DetachPartition", "AlterTableStmt.AT_DetachPartitionFinalize")
CONCURRENTLY = DETACH + " concurrently"


@dataclass(frozen=True, kw_only=True)
class DetachPartition:
    """Take `partition` out of `table`."""

    table: str
    partition: str
    concurrently: bool = False
    schema: str | None = None
    partition_schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … DETACH PARTITION."""
        partition = table_sql(self.partition, self.partition_schema)
        how = " CONCURRENTLY" if self.concurrently else ""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} DETACH PARTITION {partition}{how};\n"


def compile_(request: Request) -> Compiled:
    """With contract, and back by a proof; FINALIZE at once."""
    parent = request.changeable(request.action.statement.node.relation)
    command = alter.definition(request.action.node)
    child = request.changeable(command.name)
    if parent.kind != "p":
        raise request.error(f'table "{parent.name}" is not partitioned')
    if parent.oid not in child.parents or child.partition_bound is None:
        raise request.error(f'"{child.name}" is not a partition of "{parent.name}"')
    if request.action.key.endswith("Finalize"):
        return _finalize(request, parent, child)
    _partition_parts.refuse_unsettled(request, parent, child)
    found = facts(request, parent, child.partition_bound, without=child.oid)
    partition = Partition(
        steps=Steps(request, parent),
        name=child.name,
        child=child,
        bound=child.partition_bound,
        facts=found,
        tag="back_",
    )
    built, said = _partition_parts.partners(Steps(request, child), parent)
    if command.concurrent:
        if partition.default is not None:
            raise request.error(
                f'"{parent.name}" has a DEFAULT partition, beside which nothing is detached CONCURRENTLY',
                hint="Leave CONCURRENTLY out: the lock is asked for in short tries.",
            )
        return _concurrent(partition, built, said)
    detach = partition.detach("detach", Phase.CONTRACT, undo=(partition.attach_sql(),))
    return Compiled(
        strategy="with contract",
        why="the old application sees its rows until then",
        hazards=(*_hazards(partition), *said),
        steps=(*_looks(partition), detach, *partition.attached(Phase.RESTORE, look=Phase.RESTORE, more=tuple(built))),
    )


def _concurrent(partition: Partition, built: list[Step], said: list[str]) -> Compiled:
    detach = _step(partition, "detach", Phase.CONTRACT, finish=False)
    left = f"PostgreSQL leaves a CHECK of its bound on {partition.name}"
    return Compiled(
        strategy="concurrently, with contract",
        why="nobody waits for it, and it waits for everybody who uses the table",
        hazards=(*_hazards(partition), *said, left),
        steps=(
            *_looks(partition),
            detach,
            _step(partition, "finish", Phase.RESTORE, finish=True),
            *partition.attached(Phase.RESTORE, look=Phase.RESTORE, left=detach.id, more=tuple(built)),
        ),
    )


def _finalize(request: Request, parent: Table, child: Table) -> Compiled:
    partition = Partition(
        steps=Steps(request, parent),
        name=child.name,
        child=child,
        bound=child.partition_bound or "",
        facts=facts(request, parent, child.partition_bound or "", without=child.oid),
    )
    return Compiled(
        strategy="concurrently",
        why="nobody sees the partition any more, whoever it was that began",
        hazards=("rollback does not undo it: ATTACH PARTITION does",),
        steps=(_step(partition, "finish", Phase.EXPAND, finish=True),),
    )


def _step(partition: Partition, name: str, phase: Phase, *, finish: bool) -> Step:
    """DETACH … CONCURRENTLY, or the end of one that was interrupted."""
    steps, child = partition.steps, partition.child
    assert child is not None
    statement = partition.detach_sql() + (" FINALIZE" if finish else " CONCURRENTLY")
    parameters = {
        "relation": steps.table.oid,
        "child": child.oid,
        "finish": finish,
        "known": [each.name for each in child.constraints],
    }
    attached = condition.is_partition(steps.table.oid, partition.name)
    pending = condition.is_detaching(steps.table.oid, child.oid)
    return steps.step(
        name,
        phase,
        Kind.CONCURRENT,
        f"end what was begun: detach {partition.name}" if finish else f"detach {partition.name}, waiting for all",
        (statement,),
        partition.on(CONCURRENTLY),
        action=Action(name="partition_detach", parameters=parameters),
        undo=(partition.attach_sql(),) if not finish else (),
        done=condition.neither(pending) if finish else condition.neither(condition.either(attached, pending)),
    )


def _looks(partition: Partition) -> list[Step]:
    """Rows of other tables that point to rows which leave: PostgreSQL refuses to detach those."""
    steps, child = partition.steps, partition.child
    request = steps.request
    assert child is not None
    found = []
    for number, (other, key) in enumerate(dependents.foreign_keys_to(request.catalog, [steps.table.oid]), 1):
        if other.oid == steps.table.oid or key.parent is not None or not all_seen(request, other, child):
            continue
        mine = [column.name for n in key.columns if (column := other.column_number(n)) is not None]
        theirs = [c.name for n in key.referenced_columns if (c := steps.table.column_number(n)) is not None]
        same = " AND ".join(f"f.{ident(a)} = k.{ident(b)}" for a, b in zip(mine, theirs, strict=True))
        query = f"SELECT f.* FROM {qualified(other.name)} f JOIN {qualified(child.name)} k ON {same}"
        what = f"rows of {other.name} point to rows of {child.name} by {key.name}"
        summary = f"look for rows of {other.name} that point into {child.name}"
        found.append(steps.look(f"look{number}", summary, query, what, "Delete them, or drop the foreign key first."))
    return found


def _hazards(partition: Partition) -> tuple[str, ...]:
    parent, found = partition.steps.table, []
    catalog = partition.steps.request.catalog
    found.append(
        f"from contract on {parent.name} does not show the rows of {partition.name}, and takes none for it (23514)"
    )
    for other, key in dependents.foreign_keys_to(catalog, [parent.oid]):
        if other.oid != parent.oid and key.parent is None:
            found.append(f"{key.name} of {other.name} is proven against the rows that leave, which reads {other.name}")
    if partition.default is None:
        found.append("in the grace period rows that no longer fit the bound keep it from coming back")
    return tuple(found)
