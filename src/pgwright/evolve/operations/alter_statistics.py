"""Change how much a statistics object keeps.

## What it does

`ALTER STATISTICS st SET STATISTICS n`.

## Why it is dangerous

Hardly: plans change with the next ANALYZE of the table.

## Phases and locks

expand: one instant step; no table is locked.

## Rollback

The target that was there when the step ran comes back, unless somebody has changed it since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER STATISTICS commandes_st SET STATISTICS 500;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import parse
from ...sql.quote import ident
from ...sql.things import Thing
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterStatsStmt",)


@dataclass(frozen=True, kw_only=True)
class AlterStatistics:
    """Have the statistics object `name` keep `target` values, -1 for the default."""

    name: str
    target: int

    def to_sql(self) -> str:
        """ALTER STATISTICS … SET STATISTICS."""
        return f"ALTER STATISTICS {ident(self.name)} SET STATISTICS {self.target};\n"


def compile_(request: Request) -> Compiled:
    """One short step."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    text = request.action.statement.text
    wanted = Thing("statistics object", tuple(parse.unwrap(each).sval for each in request.action.node.defnames))
    _judged.server(request, wanted.own, text)
    return Compiled(strategy="catalog-only", why="nothing is read", steps=_objects.changed(request, wanted, text))
