"""Refresh a materialized view while everybody reads it.

## What it does

`REFRESH MATERIALIZED VIEW [CONCURRENTLY] m`. It is always run CONCURRENTLY.

## Why it is dangerous

Without CONCURRENTLY nobody reads the view until its query has run to the end (ACCESS EXCLUSIVE).

## Phases and locks

expand: one step, EXCLUSIVE on the view, which blocks no reads, and ACCESS SHARE on what it reads, for as long as its
query takes. It needs a unique index over all rows (no WHERE, no expressions), and a view that has been filled before:
else it is refused.

## Rollback

None is needed: the rows are those of the tables.

## Versions

PostgreSQL 14 to 18.

## Example

    REFRESH MATERIALIZED VIEW CONCURRENTLY chiffres;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import parse
from ...sql.quote import ident
from ..steps.step import Action, Kind, Step
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request

DIRECTIVES = ("allow",)
RECOGNISES = ("RefreshMatViewStmt",)


@dataclass(frozen=True, kw_only=True)
class RefreshMaterializedView:
    """Refresh the materialized view `name`."""

    name: str
    schema: str | None = None

    def to_sql(self) -> str:
        """REFRESH MATERIALIZED VIEW CONCURRENTLY."""
        name = ident(self.name) if self.schema is None else f"{ident(self.schema)}.{ident(self.name)}"
        return f"REFRESH MATERIALIZED VIEW CONCURRENTLY {name};\n"


def compile_(request: Request) -> Compiled:
    """One step under a lock that readers do not notice."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = type(request.action.node)()
    node.CopyFrom(request.action.node)
    _judged.relations(request)
    relation = node.relation
    oid = request.catalog.find(relation.relname, relation.schemaname or None)
    view = request.catalog.views.get(oid) if oid is not None else None
    if view is None or view.kind != "m":
        raise request.error(f'"{relation.relname}" is not a materialized view')
    if node.skip_data:
        raise request.refuse(
            f"WITH NO DATA empties {view.name}, and nobody can read it then", hint="Leave WITH NO DATA out."
        )
    if not any(each.unique and each.valid and _whole(each.definition) for each in view.indexes):
        raise request.refuse(
            f"{view.name} has no unique index over all rows, without which a refresh lets nobody read until its end",
            hint=f"In a migration before: make it anew with one (DROP MATERIALIZED VIEW {view.name}; CREATE "
            f"MATERIALIZED VIEW …; CREATE UNIQUE INDEX name ON …). If nobody reads it: -- pgwright: allow = raw_sql",
        )
    node.concurrent = True
    text = parse.deparse_statement(node)
    step = Step(
        id=f"{request.id}.refresh",
        operations=(request.id,),
        phase=request.moment(),
        kind=Kind.ONLINE,
        summary=f"refresh {view.name} while it is read",
        statements=(text,),
        action=Action(name="as_written"),
        locks=_objects.locks_of(request, text),
        undo=("nothing: its rows are those of the tables",),
    )
    return Compiled(strategy="concurrently", why="readers go on", steps=(step,))


def _whole(definition: str) -> bool:
    """Whether an index is over plain columns of all rows."""
    (statement,) = parse.parse(definition)
    node = statement.node
    plain = all(parse.unwrap(each).name for each in node.index_params)
    return plain and not node.HasField("where_clause")
