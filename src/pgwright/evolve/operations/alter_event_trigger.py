"""Switch an event trigger on or off.

## What it does

`ALTER EVENT TRIGGER et DISABLE`, `ENABLE`, `ENABLE REPLICA`, `ENABLE ALWAYS`.

## Why it is dangerous

Switched on it fires for the DDL of everybody, that of pgwright too; switched off it does not see what it was made for.

## Phases and locks

expand: one instant step; no table is locked.

## Rollback

The state that it had when the step ran comes back, unless somebody has changed it since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER EVENT TRIGGER surveillance DISABLE;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql.quote import ident
from ...sql.things import Thing
from . import _judged, _objects, raw_sql
from ._operation import Compiled, Request

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterEventTrigStmt",)


@dataclass(frozen=True, kw_only=True)
class AlterEventTrigger:
    """Give the event trigger `name` a `state` (`DISABLE`, `ENABLE`, `ENABLE REPLICA`, `ENABLE ALWAYS`)."""

    name: str
    state: str

    def to_sql(self) -> str:
        """ALTER EVENT TRIGGER."""
        return f"ALTER EVENT TRIGGER {ident(self.name)} {self.state};\n"


def compile_(request: Request) -> Compiled:
    """One short step."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    text = request.action.statement.text
    wanted = Thing("event trigger", (request.action.node.trigname,))
    _judged.server(request, wanted.own, text)
    return Compiled(strategy="catalog-only", why="nothing is read", steps=_objects.changed(request, wanted, text))
