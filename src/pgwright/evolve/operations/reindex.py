"""Build indexes again while the application works.

## What it does

`REINDEX INDEX` and `REINDEX TABLE`, always concurrently, whether typed so or not: one index after the other, the one of
the TOAST table too, on a partitioned table partition by partition. Invalid indexes that an earlier REINDEX CONCURRENTLY
left behind (`…_ccnew`, `…_ccold`) are dropped.

## Why it is dangerous

Typed plainly it blocks writes to the table, and every query that would use the index, until it is done. Typed
concurrently it fails under a lock_timeout or statement_timeout and leaves an invalid index that every write keeps up to
date for nothing.

Refused are exclusion constraints and system catalogs, which PostgreSQL cannot build again concurrently, and SCHEMA,
DATABASE and SYSTEM: name the tables.

## Phases and locks

expand: SHARE UPDATE EXCLUSIVE, which blocks neither reads nor writes. Each rebuild needs room for a second copy of its
index, and waits for transactions that were begun before it.

## Rollback

Nothing is to be undone; what a broken rebuild left behind is dropped.

## Versions

PostgreSQL 14 to 18.

## Example

    REINDEX TABLE commandes;
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...base.name import RelationName
from ...catalog.values import Index, Table
from ...sql import alter, parse
from ...sql.quote import qualified
from ..steps.step import Action, Kind, Phase, Step
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql
from .create_index import _hazards

DIRECTIVES = ()
RECOGNISES = ("ReindexStmt",)
_LEFT = ("_ccnew", "_ccold")
UNDO = ("nothing: the index holds what it held",)


@dataclass(frozen=True, kw_only=True)
class Reindex:
    """Build all indexes of `table` again, or the one called `index`."""

    table: str | None = None
    index: str | None = None
    schema: str | None = None

    def to_sql(self) -> str:
        """The statement. Raises ValueError unless one of table and index is given."""
        if (self.table is None) == (self.index is None):
            raise ValueError("give table or index")
        name = self.table if self.table is not None else self.index
        assert name is not None
        return f"REINDEX {'TABLE' if self.table is not None else 'INDEX'} {table_sql(name, self.schema)};\n"


def compile_(request: Request) -> Compiled:
    """One concurrent rebuild for each index, or for each partition."""
    node = request.action.node
    kind = parse.enum_value(node, "kind").removeprefix("REINDEX_OBJECT_")
    if kind not in ("INDEX", "TABLE"):
        raise request.refuse(
            f"REINDEX {kind} works on tables that nobody named",
            hint="Name them, each in a statement: REINDEX TABLE …;",
        )
    if "tablespace" in alter.options(node.params):
        raise request.refuse(
            "moving indexes to another tablespace is not undone by any rollback",
            hint="Create an index there with CREATE INDEX … TABLESPACE, and drop the old one.",
        )
    _refuse_system(request)
    table, indexes = _one(request) if kind == "INDEX" else _all(request)
    steps = Steps(request, table)
    groups = _groups(steps, indexes)
    toast = kind == "TABLE" and request.catalog.superuser
    made = [_step(steps, number, part, some) for number, (part, some) in enumerate(groups, 1)]
    tables = [part for part in request.catalog.descendants(table.oid) if part.kind == "r"]
    if toast:
        made += [_toast(steps, part) for part in (tables if table.kind == "p" else [table])]
    if not made:
        return Compiled(strategy="nothing to do", why="there is no index")
    hazards = [*_hazards.old_server(request.catalog), *_left(steps)]
    if kind == "TABLE" and not toast:
        hazards.append("the index of the TOAST table is left as it is: naming it needs a superuser")
    return Compiled(
        strategy="concurrent rebuild",
        why="built again plainly it would block writes, and queries that use it",
        hazards=tuple(hazards),
        steps=(*made, *_clean(steps, groups, toast=tables if toast else [])),
    )


def _refuse_system(request: Request) -> None:
    relation = request.action.node.relation
    known = request.catalog.find(relation.relname, relation.schemaname or None) is not None
    if relation.schemaname in ("pg_catalog", "pg_toast") or (relation.relname.startswith("pg_") and not known):
        raise request.refuse(
            "cannot reindex system catalogs concurrently",
            hint="In a quiet hour, outside of any migration: REINDEX, as the owner of the database.",
        )


def _one(request: Request) -> tuple[Table, list[tuple[Table, Index]]]:
    """The index that is named, or those of the partitions below it."""
    relation = request.action.node.relation
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    named = [(t, each) for t in request.catalog.tables.values() for each in t.indexes if each.oid == oid]
    if not named:
        what = "is not an index" if oid is not None else "does not exist"
        raise request.error(f'relation "{relation.relname}" {what}')
    [(table, index)] = named
    request.changeable(table.name)
    found, todo = [], [(table, index)]
    while todo:
        part, each = todo.pop()
        if part.kind != "p":
            found.append((part, each))
        below = (request.catalog.tables[child] for child in part.children if child in request.catalog.tables)
        todo += [(child, lower) for child in below for lower in child.indexes if lower.parent == each.oid]
    _refuse(request, found)
    return table, sorted(found, key=lambda pair: pair[0].oid)


def _all(request: Request) -> tuple[Table, list[tuple[Table, Index]]]:
    """The indexes of the table; of a partitioned one those of its partitions."""
    table = request.changeable(request.action.node.relation)
    tables = [part for part in request.catalog.descendants(table.oid) if part.kind == "r"]
    parts = tables if table.kind == "p" else [table]
    found = [(part, each) for part in parts for each in part.indexes if not _is_left(each)]
    _refuse(request, found)
    return table, found


def _refuse(request: Request, found: Sequence[tuple[Table, Index]]) -> None:
    for table, index in found:
        if any(each.kind == "exclusion" and each.index_oid == index.oid for each in table.constraints):
            raise request.refuse(
                f"cannot reindex exclusion constraint index {RelationName(index.schema, index.name)} concurrently",
                hint="Name the other indexes, each in a statement: REINDEX INDEX …;",
            )


def _is_left(index: Index) -> bool:
    return not index.valid and index.name.rstrip("0123456789").endswith(_LEFT)


def _left(steps: Steps) -> list[str]:
    """What an earlier rebuild left behind, and what else is not valid."""
    parts = steps.request.catalog.descendants(steps.table.oid)
    gone = [each.name for part in parts for each in part.indexes if _is_left(each)]
    return [f"{', '.join(gone)}: invalid, left by a REINDEX CONCURRENTLY that failed, dropped here"] if gone else []


def _groups(steps: Steps, indexes: Sequence[tuple[Table, Index]]) -> list[tuple[Table, list[Index]]]:
    """One index a step; on a partitioned table those of one partition."""
    if steps.table.kind != "p":
        return [(table, [index]) for table, index in indexes]
    found: dict[int, tuple[Table, list[Index]]] = {}
    for table, index in indexes:
        found.setdefault(table.oid, (table, []))[1].append(index)
    return list(found.values())


def _step(steps: Steps, number: int, table: Table, indexes: list[Index]) -> Step:
    names = ", ".join(each.name for each in indexes)
    return steps.step(
        f"rebuild_{number}",
        Phase.EXPAND,
        Kind.CONCURRENT,
        f"build {names} of {table.name} again",
        tuple(f"REINDEX INDEX CONCURRENTLY {qualified(each.schema, each.name)}" for each in indexes),
        steps.on("ReindexStmt concurrently", target=(table.oid,)),
        action=Action(name="index_rebuild", parameters={"indexes": _list(table, indexes)}),
        undo=UNDO,
    )


def _toast(steps: Steps, table: Table) -> Step:
    return steps.step(
        f"toast_{table.oid}",
        Phase.EXPAND,
        Kind.CONCURRENT,
        f"build the index of the TOAST table of {table.name} again, if it has one",
        (),
        steps.on("ReindexStmt concurrently", target=(table.oid,)),
        action=Action(name="index_rebuild", parameters={"indexes": [], "toast": table.oid}),
        undo=UNDO,
    )


def _clean(steps: Steps, groups: Sequence[tuple[Table, list[Index]]], *, toast: Sequence[Table]) -> list[Step]:
    """The way back, a step for each table."""
    tables = {part.oid: part for part, _ in groups} | {part.oid: part for part in toast}
    wanted = {part.oid: next((some for each, some in groups if each.oid == part.oid), []) for part in tables.values()}
    with_toast = {part.oid for part in toast}
    return [
        steps.step(
            f"clean_{oid}",
            Phase.ROLLBACK,
            Kind.CONCURRENT,
            f"drop what a broken rebuild left on {table.name}",
            (),
            steps.on("DropStmt index concurrently", target=(oid,)),
            action=Action(
                name="index_rebuild",
                parameters={"indexes": _list(table, wanted[oid]), "toast": oid if oid in with_toast else 0},
            ),
        )
        for oid, table in tables.items()
    ]


def _list(table: Table, indexes: Sequence[Index]) -> list[list[object]]:
    return [[table.oid, each.schema, each.name, each.oid] for each in indexes]
