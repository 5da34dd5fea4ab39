"""Create a materialized view, or make one anew without a moment in which it is missing.

## What it does

`CREATE MATERIALIZED VIEW`. `DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m …` in one file, with the `CREATE INDEX
… ON m` behind it, replaces it: the new one is built beside with those indexes while everybody reads the old one, and
contract exchanges the names.

## Why it is dangerous

Dropped and created as typed, it is missing until its query has run to the end, and has no index until that is built.

## Phases and locks

expand: it is built, ACCESS SHARE on what it reads, for as long as that takes. With DROP before it: contract exchanges
the names (ACCESS EXCLUSIVE on both, milliseconds), and owner, rights and comment of the old one go over.

## Rollback

A new one is dropped. Until the grace period ends the old one gets its name back, with what it held when the names were
exchanged.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE MATERIALIZED VIEW chiffres AS SELECT statut, count(*) AS nombre FROM commandes GROUP BY statut;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.values import View
from ...sql import parse
from ...sql.parse import Node
from ...sql.things import Thing, statements_of, thing
from ..sync.naming import hidden_name
from . import _judged, _names, _objects, _pairs, _swapped, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("CreateTableAsStmt.OBJECT_MATVIEW",)
"""And CREATE INDEX on one that is made anew in the same file: see `routing`."""


class CreateMaterializedView(Typed):
    """Create the materialized view of the statement `sql`."""


def compile_(request: Request) -> Compiled:
    """Built where nobody waits for it."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    if request.action.statement.kind == "IndexStmt":
        return Compiled(
            strategy="with the statement that makes the view", why="its indexes are built before it takes the name"
        )
    node, text = request.action.node, request.action.statement.text
    if (cut := _names.cut(text)) is not None:
        raise request.error(f'the name "{cut}" is longer than {_names.LIMIT} bytes', hint="PostgreSQL would cut it.")
    relation = node.into.rel
    wanted = thing("OBJECT_MATVIEW", None, relation)
    _judged.relations(request)
    _judged.columns_in_flight(request)
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    there = request.catalog.views.get(oid) if oid is not None else None
    if oid is not None and there is not None and there.kind == "m" and _pairs.dropped_before(request, wanted):
        return _beside(request, wanted, there)
    if oid is not None:
        if node.if_not_exists:
            return Compiled(strategy="nothing to do", why=f"there is a {wanted.shown}, and IF NOT EXISTS allows that")
        raise request.error(f'relation "{relation.relname}" already exists')
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=(drop,),
        back=(drop,),
        summary=f"build {wanted.shown}",
        phase=request.moment(),
        long=True,
    )
    return Compiled(strategy="built", why="nobody waits for it", steps=_objects.steps(request, made))


def _beside(request: Request, wanted: Thing, there: View) -> Compiled:
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    name = _swapped.beside_name(request, wanted)
    node.into.rel.relname = name
    texts, names = [], []
    for index in indexes_of(request, wanted):
        hidden, final = hidden_name(index.idxname, "new"), index.idxname
        aside = hidden_name(final, "old")
        copied = type(index)()
        copied.CopyFrom(index)
        copied.idxname, copied.relation.relname, copied.concurrent = hidden, name, False
        texts.append(parse.deparse_statement(copied))
        names.append((hidden, final, aside))
    return _swapped.compiled(
        request,
        wanted,
        wanted.called(name),
        parse.deparse_statement(node),
        *texts,
        long=True,
        names=tuple(names),
        schema=there.name.schema,
    )


def indexes_of(request: Request, wanted: Thing) -> Iterator[Node]:
    """The CREATE INDEX statements of the file on the new one."""
    source = request.action.statement.source
    for statement in statements_of(source.text, source.file):
        if statement.kind != "IndexStmt" or thing("OBJECT_MATVIEW", None, statement.node.relation) != wanted:
            continue
        if statement.start < request.action.statement.start:
            continue
        if not statement.node.idxname:
            raise request.refuse(
                f"an index on {wanted.shown} has no name, and the one that PostgreSQL would choose is that of the old",
                hint="Give each index on it a name.",
            )
        yield statement.node
