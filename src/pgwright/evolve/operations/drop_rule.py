"""Drop a rule, with a way back.

## What it does

`DROP RULE r ON t`. Contract drops it; until then it rewrites the statements of both applications.

## Why it is dangerous

What the old application relies on is not done any more. As typed the lock waits behind, and holds up, everything on the
table.

## Phases and locks

contract: one short step, ACCESS EXCLUSIVE on the table or view, milliseconds.

## Rollback

Until the grace period ends it comes back as it was when it was dropped, with its state and comment.

## Versions

PostgreSQL 14 to 18.

## Example

    DROP RULE sans_suppression ON commandes;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Table
from ...sql import parse
from ...sql.quote import ident
from . import _judged, _objects, _standing, raw_sql
from ._operation import Compiled, Request
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("DropStmt.OBJECT_RULE",)


@dataclass(frozen=True, kw_only=True)
class DropRule:
    """Drop the rule `name` of `table`."""

    table: str
    name: str
    schema: str | None = None

    def to_sql(self) -> str:
        """DROP RULE."""
        return f"DROP RULE {ident(self.name)} ON {table_sql(self.table, self.schema)};\n"


def compile_(request: Request) -> Compiled:
    """With contract."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    _judged.cascade(request, parse.enum_value(node, "behavior"))
    found = _standing.standing(request, "OBJECT_RULE")
    if isinstance(found, Compiled):
        return found
    wanted, owner = found
    known = owner.rules if isinstance(owner, Table) else tuple(each.name for each in owner.rules) if owner else ()
    if owner is not None and wanted.own not in known:
        return _objects.missing(request, wanted)
    made = _objects.Made(
        thing=wanted,
        statements=(f"DROP {_objects.words(wanted)}",),
        undo=_objects.RESTORED,
        summary=f"drop {wanted.shown}",
    )
    return Compiled(
        strategy="with contract",
        why="the old application may rely on what it does",
        hazards=(f"until contract {wanted.own} rewrites the statements of the new application, too",),
        steps=_objects.dropped(request, made),
    )
