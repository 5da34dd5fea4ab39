"""Drop tables that nobody needs any more, and find out who still does while they can come back.

## What it does

`DROP TABLE a, b`. Nothing happens in expand: the application that still runs may use them. Contract puts them aside
under a hidden name; whoever uses them fails then, and they come back by `pgwright rollback` until the grace period ends
(`pgwright contract --grace 7d`). Then they are dropped for ever.

## Why it is dangerous

Data that exists nowhere else is gone. Done as typed it also locks, until the transaction ends, every table that the
dropped one references, and the parent of a partition.

## Phases and locks

expand: only a look at what hangs on the tables: foreign keys of other tables, views, functions, policies, children. It
is refused, each by its name; CASCADE is never used. contract: ACCESS EXCLUSIVE on each table, for milliseconds; before
that the known statements are named that have used them since expand. After the grace period: ACCESS EXCLUSIVE on them,
on the tables that they reference, and on the parent of a partition, for milliseconds. Tables with rows need consent, by
`-- pgwright: allow = destructive` or when it comes to it.

## Rollback

Until the grace period ends, without loss: nothing was taken out of the table. After that there is none.

## Versions

PostgreSQL 14 to 18.

## Example

    -- pgwright: allow = destructive
    DROP TABLE brouillons;
"""

from __future__ import annotations

from dataclasses import dataclass

from ....sql import parse
from .._operation import Compiled, Request
from .._twin import directives, table_sql
from . import _hanging
from ._steps import Dropping
from ._target import target

DIRECTIVES = ("allow",)
RECOGNISES = ("DropStmt.OBJECT_TABLE",)


@dataclass(frozen=True, kw_only=True)
class DropTable:
    """Drop `table` (its name as the catalog has it, unquoted); `allow` is what the directive of a file says."""

    table: str
    schema: str | None = None
    allow: str | None = None

    def to_sql(self) -> str:
        """DROP TABLE with its directives."""
        return f"{directives(allow=self.allow)}DROP TABLE {table_sql(self.table, self.schema)};\n"


def compile_(request: Request) -> Compiled:
    """A look, the putting aside, and the end; RESTORE in between."""
    node = request.action.node
    named = (target(request, parse.unwrap(item)) for item in node.objects)
    found = list({each.name: each for each in named if each is not None}.values())
    if not found:
        return Compiled(strategy="nothing to do", why="there is no such table, and IF EXISTS says that it may be so")
    tables = [each.table for each in found if each.table is not None]
    if parse.enum_value(node, "behavior") == "DROP_CASCADE":
        _hanging.refuse_cascade(request, tables)
    for table in tables:
        _hanging.refuse_in_flight(request, table)
    _hanging.refuse_dependents(request, tables)
    earlier = [oid for oid, shape in request.shapes.items() if shape.dropped]
    steps = Dropping(request=request, found=found, earlier=earlier).steps()
    for table in tables:
        for part in _hanging.with_partitions(request, table):
            request.shape(part).dropped = True
    return Compiled(
        strategy="aside",
        why="whoever still uses it is found out while it can come back",
        hazards=_hanging.hazards(request, tables),
        steps=steps,
    )
