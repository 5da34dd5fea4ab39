"""Choose by what the subscribers of a table find the row that was updated or deleted.

## What it does

`ALTER TABLE t REPLICA IDENTITY` with `DEFAULT` (the primary key), `USING INDEX i`, `FULL` (the whole row) or `NOTHING`.

## Why it is dangerous

Without an identity every UPDATE and DELETE of a table that publishes them fails, for both applications: what would
leave a published table without one is refused. With `FULL` each of them writes the whole old row into the WAL, and a
subscriber looks for it row by row unless it has an index of its own for that.

## Phases and locks

expand: one instant step (ACCESS EXCLUSIVE on the table, milliseconds). contract: nothing. Partitions and children have
their own.

## Rollback

The identity that was there before comes back, unless somebody has set another one since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes REPLICA IDENTITY FULL;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Index, Table
from ...sql import alter, parse
from ...sql.quote import ident
from ._operation import Compiled, Request
from ._setting import Setting
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_ReplicaIdentity",)
WORDS = {"d": "DEFAULT", "f": "FULL", "n": "NOTHING"}
INDEX = "i"


@dataclass(frozen=True, kw_only=True)
class ReplicaIdentity:
    """Give `table` the replica identity `identity` (default, full, nothing), or that of `index`."""

    table: str
    identity: str = "default"
    index: str | None = None
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … REPLICA IDENTITY."""
        identity = self.identity.upper() if self.index is None else f"USING INDEX {ident(self.index)}"
        return f"ALTER TABLE {table_sql(self.table, self.schema)} REPLICA IDENTITY {identity};\n"


def compile_(request: Request) -> Compiled:
    """One instant step."""
    steps = Steps(request, request.changeable(request.action.statement.node.relation))
    table, wanted = steps.table, alter.definition(request.action.node)
    kind = wanted.identity_type
    if kind == INDEX:
        _check(request, table, wanted.name)
    _refuse_none(request, table, kind)
    said = f"USING INDEX {ident(wanted.name)}" if kind == INDEX else WORDS[kind]
    setting = Setting(
        steps=steps,
        change=f"REPLICA IDENTITY {said}",
        on=steps.on(request.action.key, target=(table.oid,)),
        reads="replica_identity",
        summary=f"the replica identity of {table.name} is {said}",
        back=f"give {table.name} its former replica identity back",
        undo=(steps.alter(f"REPLICA IDENTITY {_former(table)}"),),
    )
    hazards = []
    if kind == "f":
        hazards.append(f"every UPDATE and DELETE of {table.name} writes the whole old row into the WAL")
    if kind == "n":
        hazards.append(f"where {table.name} is published from now on, UPDATE and DELETE of it fail (55000)")
    return Compiled(
        strategy="catalog-only",
        why="nothing is read or written",
        hazards=tuple(hazards),
        steps=setting.compiled(request.moment()),
    )


def _former(table: Table) -> str:
    if table.replica_identity != INDEX:
        return WORDS[table.replica_identity]
    index = next((each for each in table.indexes if each.replica_identity), None)
    return f"USING INDEX {ident(index.name)}" if index is not None else WORDS["n"]


def _refuse_none(request: Request, table: Table, kind: str) -> None:
    """Where UPDATE or DELETE is published, rows have to be found again."""
    above = [request.catalog.tables[oid] for oid in table.parents if oid in request.catalog.tables]
    publications = (each for part in (table, *above) for each in part.publications)
    published = [each.name for each in publications if {"update", "delete"} & set(each.operations)]
    has_key = any(each.kind == "primary key" for each in table.constraints) or any(
        kind == "PRIMARY KEY" for kind, _ in request.shape(table).keys
    )
    if published and (kind == "n" or (kind == "d" and not has_key)):
        raise request.refuse(
            f"{table.name} would have no replica identity, and {', '.join(published)} publishes it: every UPDATE and "
            "DELETE of it would fail",
            hint="Choose USING INDEX or FULL; or take it out of the publication first.",
        )


def _check(request: Request, table: Table, name: str) -> None:
    """What PostgreSQL refuses of an index."""
    index = next((each for each in table.indexes if each.name == name), None)
    if index is None:
        if name in request.names or name in request.late:
            return  # an earlier statement of the plan makes it
        raise request.error(f'index "{name}" for table "{table.name}" does not exist')
    if problem := _problem(request, table, index):
        raise request.error(f'index "{name}" cannot be a replica identity: it {problem}')


def _problem(request: Request, table: Table, index: Index) -> str:
    if not index.unique:
        return "is not unique"
    if not index.valid:
        return "is not valid"
    if not index.immediate:
        return "is deferrable"
    if any(not parse.unwrap(each).name for each in parse.parse(index.definition)[0].node.index_params):
        return "has an expression"
    if " WHERE " in index.definition:
        return "is partial"
    shape = request.shape(table)
    loose = [column.name for number in index.key_columns if number not in shape.not_null
             and (column := table.column_number(number)) is not None]  # fmt: skip
    return f"is over {', '.join(loose)}, which may be NULL" if loose else ""
