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
from ...sql.things import thing
from . import _objects, _pairs, raw_sql
from ._operation import Compiled, Request
from .create_policy import policy_of
from .drop_trigger import absent, owner_of

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
        table = ident(self.table) if self.schema is None else f"{ident(self.schema)}.{ident(self.table)}"
        return f"DROP POLICY {ident(self.name)} ON {table};\n"


def compile_(request: Request) -> Compiled:
    """At once where it hides, with contract where it shows."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    (wanted,) = (thing("OBJECT_POLICY", each) for each in node.objects)
    if absent(request, wanted):
        return Compiled(strategy="nothing to do", why=f"there is no {wanted.shown}, and IF EXISTS allows that")
    table = owner_of(request, wanted)
    if _pairs.made_again(request, wanted):
        return Compiled(
            strategy="with the statement that makes it again", why=f"{wanted.shown} is replaced in one transaction"
        )
    there = policy_of(table if isinstance(table, Table) else None, wanted.own)
    if there is None and table is not None:
        if node.missing_ok:
            return Compiled(strategy="nothing to do", why=f"there is no {wanted.shown}, and IF EXISTS allows that")
        raise request.error(f"{wanted.shown} does not exist")
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
