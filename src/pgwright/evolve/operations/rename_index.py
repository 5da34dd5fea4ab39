"""Give an index another name.

## What it does

`ALTER INDEX a RENAME TO b`, and `ALTER TABLE a RENAME TO b` where `a` is an index. The index of a constraint and the
constraint have one name: it is renamed as `rename_constraint` does.

## Why it is dangerous

It is not: no statement of an application names an index. Typed as ALTER TABLE, PostgreSQL takes ACCESS EXCLUSIVE on the
index, behind which every query of the table waits that is being planned; pgwright always says ALTER INDEX, which does
not.

## Phases and locks

expand: one step, SHARE UPDATE EXCLUSIVE on the index, no lock on the table. contract: nothing.

## Rollback

It gets its name back.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER INDEX commandes_statut_idx RENAME TO commandes_par_statut;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.name import RelationName
from ...catalog.values import Index, Table
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Kind, Phase
from . import _columns, _names, rename_constraint
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("RenameStmt.OBJECT_INDEX",)


@dataclass(frozen=True, kw_only=True)
class RenameIndex:
    """Call the index `name` `to`."""

    name: str
    to: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER INDEX … RENAME TO."""
        return f"ALTER INDEX {table_sql(self.name, self.schema)} RENAME TO {ident(self.to)};\n"


def compile_(request: Request) -> Compiled:
    """One step under a weak lock; with its constraint at contract."""
    node = request.action.node
    found = _find(request)
    if found is None:
        return Compiled(strategy="nothing to do", why="there is no such index, and IF EXISTS says that it may be so")
    table, index = found
    steps = Steps(request, table)
    constraint = next((each for each in table.constraints if each.name == index.constraint), None)
    if constraint is not None:
        return rename_constraint.compile_for(steps, constraint, node.newname)
    _columns.check_length(request)
    to = RelationName(index.schema, node.newname)
    if to.name in _names.relations(request.catalog, index.schema) | request.names:
        raise request.error(f'relation "{to.name}" exists already in schema "{to.schema}"')
    request.names.add(to.name)
    old, new = qualified(index.schema, index.name), qualified(to)
    back = f"ALTER INDEX {new} RENAME TO {ident(index.name)}"
    before, after = (condition.is_called(index.oid, name) for name in (RelationName(index.schema, index.name), to))
    rename = steps.step(
        "rename",
        Phase.EXPAND,
        Kind.ONLINE,  # the lock on the index holds up nobody but another change of it
        f"rename index {index.name} of {table.name} to {to.name}",
        (f"ALTER INDEX {old} RENAME TO {ident(to.name)}",),
        steps.on("RenameStmt index", table=(table.oid,)),
        undo=(back,),
        ready=before,
        done=after,
    )
    restore = steps.step(
        "back",
        Phase.ROLLBACK,
        Kind.ONLINE,
        f"give index {to.name} of {table.name} its name {index.name} back",
        (back,),
        steps.on("RenameStmt index", table=(table.oid,)),
        done=condition.neither(after),
    )
    return Compiled(strategy="catalog-only", why="no statement names an index", steps=(rename, restore))


def _find(request: Request) -> tuple[Table, Index] | None:
    """The index and its table; None where IF EXISTS passes over it."""
    node = request.action.node
    name, schema = node.relation.relname, node.relation.schemaname or None
    oid = request.catalog.find(name, schema)
    for table in request.catalog.tables.values():
        for index in table.indexes:
            if index.oid != oid:
                continue
            if name.startswith("pgw_"):
                raise request.refuse(f"{name} belongs to a migration that is in flight, and goes with it")
            return request.changeable(table.name), index
    if name in request.names:
        raise request.refuse(f"{name} is made by this plan", hint="Give it the right name there.")
    if oid is not None:
        raise request.error(f'"{name}" is not an index')
    if node.missing_ok:
        return None
    raise request.error(f'index "{name}" does not exist')
