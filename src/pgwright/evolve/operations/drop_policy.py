"""Drop a row-level security policy, with a way back.

## What it does

`DROP POLICY p ON t`.

## Why it is dangerous

Without a permissive policy the application that still runs sees fewer rows, or none; without a restrictive one
everybody sees more.

## Phases and locks

A permissive policy goes with contract, because the old application may see by it; a restrictive one with expand,
because the new application is to see what it hides. ACCESS EXCLUSIVE on the table, milliseconds.

## Rollback

It comes back as it was when it was dropped, unless there is one of its name again; after contract until the grace
period ends.

## Versions

PostgreSQL 14 to 18.

## Example

    DROP POLICY les_siens ON commandes;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Table
from ...sql.quote import ident
from . import _objects, _standing, raw_sql
from ._operation import Compiled, Request
from ._twin import table_sql
from .create_policy import policy_of

DIRECTIVES = ("allow",)
RECOGNISES = ("DropStmt.OBJECT_POLICY",)


@dataclass(frozen=True, kw_only=True)
class DropPolicy:
    """Drop the policy `name` of `table`."""

    table: str
    name: str
    schema: str | None = None

    def to_sql(self) -> str:
        """DROP POLICY."""
        return f"DROP POLICY {ident(self.name)} ON {table_sql(self.table, self.schema)};\n"


def compile_(request: Request) -> Compiled:
    """At once where it hides, with contract where it shows."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    found = _standing.standing(request, "OBJECT_POLICY")
    if isinstance(found, Compiled):
        return found
    wanted, table = found
    there = policy_of(table if isinstance(table, Table) else None, wanted.own)
    if there is None and table is not None:
        return _objects.missing(request, wanted)
    hides = there is not None and not there.permissive
    made = _objects.Made(
        thing=wanted,
        statements=(f"DROP {_objects.words(wanted)}",),
        undo=_objects.RESTORED,
        summary=f"drop {wanted.shown}",
        drops=True,
        phase=request.moment(),
    )
    return Compiled(
        strategy="in one short step" if hides else "with contract",
        why="the new application is to see what it hides" if hides else "the old application may see by it",
        hazards=(f"from expand on the old application sees the rows that {wanted.own} hides",) if hides else (),
        steps=_objects.steps(request, made) if hides else _objects.dropped(request, made),
    )
