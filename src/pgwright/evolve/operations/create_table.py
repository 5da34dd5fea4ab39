"""Create a table.

## What it does

`CREATE TABLE`, as typed. Nobody can use the table before, so nobody has to wait for it.

## Why it is dangerous

Hardly: a foreign key takes SHARE ROW EXCLUSIVE on the table it references, which waits behind writers there and holds
up new ones; a partition takes ACCESS EXCLUSIVE on a default partition beside it.

## Phases and locks

expand: one instant step, locks as above, asked for in short tries. contract: nothing.

## Rollback

Drops the table if it is empty; with rows only when `destructive` is allowed.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE TABLE avis (id bigint PRIMARY KEY, commande_id bigint REFERENCES commandes, texte text);
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...base.lock import LockMode
from ...base.name import RelationName
from ...sql.quote import qualified
from ..locks.declare import declared
from ..steps.step import Action, Kind, Lock, Phase, Step
from ._operation import ALONE, Compiled, Request

DIRECTIVES = ("allow",)
RECOGNISES = ("CreateStmt",)


@dataclass(frozen=True, kw_only=True)
class CreateTable:
    """Create a table as the CREATE TABLE statement `sql` says."""

    sql: str

    def to_sql(self) -> str:
        """The statement."""
        return self.sql.rstrip().removesuffix(";") + ";\n"


def compile_(request: Request) -> Compiled:
    """One instant step under the locks of what the table refers to."""
    node = request.action.node
    schema = node.relation.schemaname or next(iter(request.catalog.search_path), "public")
    name = RelationName(schema, node.relation.relname)
    taken = request.catalog.find(name.name, schema)
    if taken in request.shapes and request.shapes[taken].dropped:
        raise request.refuse(f"{name} is dropped by the same plan, but only at contract", hint=ALONE)
    if taken is not None and not node.if_not_exists:
        raise request.error(f'relation "{name}" already exists')
    summary = f"create table {name}"
    open_ = Step(
        id=f"{request.id}.create",
        operations=(request.id,),
        phase=Phase.EXPAND,
        kind=Kind.INSTANT,
        summary=summary,
        statements=(request.action.statement.text,),
        locks=_locks(request),
        seconds=0.01,
        undo=(f"DROP TABLE {qualified(name)}",),
    )
    undo = Step(
        id=f"{request.id}.drop",
        operations=(request.id,),
        phase=Phase.ROLLBACK,
        kind=Kind.CUTOVER,
        summary=f"drop table {name}",
        action=Action(name="table_drop", parameters={"schema": name.schema, "name": name.name}),
        # Dropping takes the triggers of foreign keys, and the partition, from the other table.
        locks=tuple(replace(lock, mode=LockMode.ACCESS_EXCLUSIVE) for lock in _locks(request)),
        seconds=0.01,
    )
    return Compiled(strategy="catalog-only", why="a new table is in nobody's way", steps=(open_, undo))


def _locks(request: Request) -> tuple[Lock, ...]:
    """Of referenced tables, parents and a default partition beside the new one, as measured."""
    action = request.action
    effects = declared(action.key, action.node, action.statement, request.catalog)
    if effects is None:
        raise request.refuse("nobody knows what this CREATE TABLE locks", hint="Write it in its plain form.")
    return tuple(Lock(relation=effect.relation, oid=effect.oid, mode=effect.mode) for effect in effects)
