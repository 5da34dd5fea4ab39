"""Create a table.

## What it does

`CREATE TABLE`, as typed. Nobody can use the table before, so nobody has to wait for it. With `PARTITION OF` the table
is made beside, like its parent, and then attached.

## Why it is dangerous

Hardly: a foreign key takes SHARE ROW EXCLUSIVE on the table it references, which waits behind writers there and holds
up new ones. A partition takes, as typed, ACCESS EXCLUSIVE on its parent and on a default partition beside it, all of
which it reads.

## Phases and locks

expand: one instant step, locks as above, asked for in short tries. A partition is attached under SHARE UPDATE EXCLUSIVE
on its parent, after a CHECK has proven that no row of the default partition belongs into it (`attach_partition`); with
options of single columns it is made as typed. contract: nothing.

## Rollback

Drops the table if it is empty; with rows only when `destructive` is allowed.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE TABLE avis (id bigint PRIMARY KEY, commande_id bigint REFERENCES commandes, texte text);
"""

from __future__ import annotations

from dataclasses import replace

from ...base.lock import LockMode
from ...base.name import RelationName
from ...catalog.dependents import foreign_keys_to
from ...catalog.values import Table
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import qualified
from ..locks.declare import declared
from ..locks.scene import Scene
from ..steps import condition
from ..steps.step import Action, Kind, Lock, Phase, Step
from . import attach_partition
from ._operation import ALONE, Compiled, Place, Request
from ._partition import bound_text
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("CreateStmt",)


class CreateTable(Typed):
    """Create a table as the CREATE TABLE statement `sql` says."""


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
    parent = _parent(request)
    if parent is not None and taken is None:
        return _partition(request, name, parent)
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
    # Dropping takes the triggers of foreign keys, and the partition, from the other table.
    undo = _drop(request, name, tuple(replace(lock, mode=LockMode.ACCESS_EXCLUSIVE) for lock in _locks(request)))
    return Compiled(strategy="catalog-only", why="a new table is in nobody's way", steps=(open_, undo))


def _drop(request: Request, name: RelationName, locks: tuple[Lock, ...]) -> Step:
    return Step(
        id=f"{request.id}.drop",
        operations=(request.id,),
        phase=Phase.ROLLBACK,
        kind=Kind.CUTOVER,
        summary=f"drop table {name}",
        action=Action(name="table_drop", parameters={"schema": name.schema, "name": name.name}),
        locks=locks,
        seconds=0.01,
    )


def _parent(request: Request) -> Table | None:
    """The table of which the new one is to be a partition; None where it is none, or has options of single columns,
    which only PARTITION OF can take."""
    node = request.action.node
    if not node.HasField("partbound") or any(each.HasField("column_def") for each in node.table_elts):
        return None
    relation = node.inh_relations[0].range_var
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    table = request.catalog.tables.get(oid) if oid is not None else None
    if table is not None and table.kind != "p":
        raise request.error(f'"{table.name}" is not partitioned')
    return table


def _partition(request: Request, name: RelationName, parent: Table) -> Compiled:
    """Made beside, then attached."""
    made = Step(
        id=f"{request.id}.create",
        operations=(request.id,),
        phase=Phase.EXPAND,
        kind=Kind.INSTANT,
        summary=f"create table {name}, like {parent.name}",
        statements=(_like(request, name, parent),),
        locks=tuple(_shared(request, _pointed_to(Scene(request.catalog), request.action.node))),
        seconds=0.01,
        undo=(f"DROP TABLE {qualified(name)}",),
        done=condition.exists(name),
    )
    attached = attach_partition.attach(request, parent, None, name, bound_text(request.action.node.partbound))
    looks = tuple(each for each in attached.steps if each.phase is Phase.LOOK)
    rest = tuple(each for each in attached.steps if each.phase is not Phase.LOOK)
    locks = tuple(replace(lock, mode=LockMode.ACCESS_EXCLUSIVE) for lock in _locks(request))
    if not foreign_keys_to(request.catalog, [parent.oid]):
        # Whether it has rows is asked before anything is changed, and DROP TABLE detaches by itself: but for foreign
        # keys that point to the parent, which stop it (14 to 18).
        rest = tuple(each for each in rest if not each.id.endswith(".detach"))
    return Compiled(
        strategy="beside, then attached",
        why="as typed it would take ACCESS EXCLUSIVE on the whole partitioned table",
        hazards=attached.hazards,
        steps=(*looks, made, *rest, _drop(request, name, locks)),
    )


def _like(request: Request, name: RelationName, parent: Table) -> str:
    """CREATE TABLE with what PARTITION OF takes from the parent; indexes, foreign keys, triggers come with ATTACH."""
    what = " ".join(f"INCLUDING {each}" for each in ("DEFAULTS", "GENERATED", "CONSTRAINTS", "STORAGE", "COMPRESSION"))
    like = parse.parse(f"CREATE TABLE x (LIKE {qualified(parent.name)} {what})")[0].node
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    elements = [*like.table_elts, *node.table_elts]
    node.ClearField("inh_relations")
    node.ClearField("partbound")
    node.ClearField("table_elts")
    node.table_elts.extend(elements)
    node.relation.schemaname, node.relation.relname = name.schema, name.name
    if not node.tablespacename and parent.tablespace:
        node.tablespacename = parent.tablespace
    return parse.deparse_statement(node)


def _locks(request: Request) -> tuple[Lock, ...]:
    """Of referenced tables, parents and a default partition beside the new one, as measured."""
    action = request.action
    effects = declared(action.key, action.node, action.statement, request.catalog)
    if effects is None:
        raise request.refuse("nobody knows what this CREATE TABLE locks", hint="Write it in its plain form.")
    found = {effect.oid: Lock(relation=effect.relation, oid=effect.oid, mode=effect.mode) for effect in effects}
    for lock in _from_above(request):
        if lock.oid not in found or found[lock.oid].mode < lock.mode:
            found[lock.oid] = lock
    return tuple(found[oid] for oid in sorted(found))


def _from_above(request: Request) -> list[Lock]:
    """A partition of a table that the same plan makes has the foreign keys of that table, and of those above it."""
    scene, node, found = Scene(request.catalog), request.action.node, set[int]()
    earlier = list(request.earlier)
    while node.HasField("partbound"):
        relation = node.inh_relations[0].range_var
        if (table := scene.table(scene.oid(relation))) is not None:
            found |= set(scene.referenced(table.constraints))
            break
        while earlier and not _makes(earlier[-1], relation):
            earlier.pop()
        if not earlier:
            break
        node = earlier.pop().action.node  # each once: statements may name one another in a circle
        found |= _pointed_to(scene, node)
    return _shared(request, found)


def _pointed_to(scene: Scene, node: Node) -> set[int]:
    """The tables that the foreign keys of a CREATE TABLE point to."""
    keys = (each for each in parse.walk(node) if parse.kind_of(each) == "Constraint")
    foreign = (each for each in keys if parse.enum_value(each, "contype") == "CONSTR_FOREIGN")
    return {oid for each in foreign for oid in scene.family(each.pktable)}


def _shared(request: Request, oids: set[int]) -> list[Lock]:
    """SHARE ROW EXCLUSIVE on the tables, as a foreign key to them takes it."""
    tables = [request.catalog.tables[oid] for oid in sorted(oids)]
    return [Lock(relation=each.name, oid=each.oid, mode=LockMode.SHARE_ROW_EXCLUSIVE) for each in tables]


def _makes(place: Place, relation: Node) -> bool:
    """Whether the statement creates the table that `relation` names."""
    if place.action.statement.kind != "CreateStmt":
        return False
    made = place.action.node.relation
    same_schema = not (made.schemaname and relation.schemaname) or made.schemaname == relation.schemaname
    return bool(made.relname == relation.relname and same_schema)
