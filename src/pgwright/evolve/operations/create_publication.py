"""Publish tables.

## What it does

`CREATE PUBLICATION`.

## Why it is dangerous

An UPDATE or DELETE on a published table without a replica identity fails from then on. A table with a column between
two names would send one that no subscriber has.

## Phases and locks

expand: one step, SHARE UPDATE EXCLUSIVE on the tables, which blocks no reads and no writes.

## Rollback

It is dropped, unless somebody has changed it since. Subscribers of it stop then.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE PUBLICATION rapports FOR TABLE commandes;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.values import Table
from ...sql import parse
from ...sql.things import Thing
from . import _judged, _objects, _published, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("CreatePublicationStmt",)


class CreatePublication(Typed):
    """Create the publication of the statement `sql`."""


def compile_(request: Request) -> Compiled:
    """One step under a weak lock."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    wanted = Thing("publication", (node.pubname,))
    _judged.relations(request)
    _published.refuse(request, everything=node.for_all_tables)
    _judged.server(request, wanted.own, text)
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=(drop,),
        back=(drop,),
        summary=f"create {wanted.shown}",
        phase=request.moment(),
    )
    return Compiled(
        strategy="catalog-only",
        why="it blocks no reads and no writes",
        hazards=tuple(without_identity(request)),
        steps=_objects.steps(request, made),
    )


def without_identity(request: Request) -> Iterator[str]:
    """The tables of the statement that nobody could send an UPDATE of."""
    node = request.action.node
    for table in request.catalog.tables.values():
        named = getattr(node, "for_all_tables", False) or any(
            each.HasField("pubtable") and each.pubtable.relation.relname == table.name.name
            for each in map(parse.unwrap, node.pubobjects)
        )
        if named and not _has_identity(table):
            yield (
                f"{table.name} has no replica identity: an UPDATE or DELETE of it fails from expand on (55000) if the "
                "publication sends those"
            )


def _has_identity(table: Table) -> bool:
    if table.replica_identity == "d":
        return table.kind != "r" or any(index.primary for index in table.indexes)
    return table.replica_identity in ("f", "i")
