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

from ...base.lock import LockMode
from ...base.name import RelationName
from ...sql import parse
from ..steps.step import Action, Kind, Lock, Phase, Step
from ._operation import Compiled, Request

RECOGNISES = ("CreateStmt",)


def compile_(request: Request) -> Compiled:
    """One instant step under the locks of what the table refers to."""
    node = request.action.node
    schema = node.relation.schemaname or next(iter(request.catalog.search_path), "public")
    name = RelationName(schema, node.relation.relname)
    if request.catalog.find(name.name, schema) is not None and not node.if_not_exists:
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
        undo=(f"DROP TABLE {name}",),
    )
    undo = Step(
        id=f"{request.id}.drop",
        operations=(request.id,),
        phase=Phase.ROLLBACK,
        kind=Kind.CUTOVER,
        summary=f"drop table {name}",
        action=Action(name="table_drop", parameters={"schema": name.schema, "name": name.name}),
        seconds=0.01,
    )
    return Compiled(strategy="catalog-only", why="a new table is in nobody's way", steps=(open_, undo))


def _locks(request: Request) -> tuple[Lock, ...]:
    """Referenced tables, parents and a default partition beside the new one."""
    locks: dict[int, Lock] = {}
    for node in parse.walk(request.action.node):
        kind = parse.kind_of(node)
        if kind == "Constraint" and node.pktable.relname:
            _add(locks, request, node.pktable, LockMode.SHARE_ROW_EXCLUSIVE)
    for parent in request.action.node.inh_relations:
        relation = parse.unwrap(parent)
        partition = parse.kind_of(request.action.node) == "CreateStmt" and request.action.node.HasField("partbound")
        _add(locks, request, relation, LockMode.SHARE_UPDATE_EXCLUSIVE)
        oid = request.catalog.find(relation.relname, relation.schemaname or None)
        beneath = request.catalog.tables.get(oid) if oid is not None and partition else None
        for child in beneath.children if beneath is not None else ():
            beside = request.catalog.tables.get(child)
            if beside is not None and beside.partition_bound == "DEFAULT":
                locks[child] = Lock(relation=beside.name, oid=child, mode=LockMode.ACCESS_EXCLUSIVE)
    return tuple(locks[oid] for oid in sorted(locks))


def _add(locks: dict[int, Lock], request: Request, relation: parse.Node, mode: LockMode) -> None:
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    table = request.catalog.tables.get(oid) if oid is not None else None
    if table is not None and oid is not None:
        locks[oid] = Lock(relation=table.name, oid=oid, mode=mode)
