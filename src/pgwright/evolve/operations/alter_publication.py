"""Change what a publication sends.

## What it does

`ALTER PUBLICATION p ADD | SET | DROP …`, and `SET (publish = …)`.

## Why it is dangerous

An UPDATE or DELETE on a published table without a replica identity fails from then on. A table that is taken out is not
sent any more, and subscribers miss its changes.

## Phases and locks

ADD and options: expand; SET and DROP of tables, which take something away, with contract. SHARE UPDATE EXCLUSIVE on the
tables, which blocks no reads and no writes.

## Rollback

What it sent when the step ran it sends again, unless somebody has changed it since. Changes that were not sent
meanwhile are not sent later.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER PUBLICATION rapports ADD TABLE commandes;
"""

from __future__ import annotations

from ...sql import parse
from ...sql.quote import ident, qualified
from ...sql.things import Thing
from ..steps.step import Phase
from . import _judged, _objects, _published, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed
from .create_publication import without_identity

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterPublicationStmt",)


class AlterPublication(Typed):
    """Change the publication of the ALTER PUBLICATION statement `sql`."""


def compile_(request: Request) -> Compiled:
    """At once where it adds, with contract where it takes away."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    wanted = Thing("publication", (node.pubname,))
    how = parse.enum_value(node, "action")
    tables = len(node.pubobjects) > 0
    takes = tables and how in ("AP_DropObjects", "AP_SetObjects")
    _judged.relations(request)
    if tables and how != "AP_DropObjects":
        _published.refuse(request, everything=False)
    _judged.server(request, wanted.own, text)
    made = _objects.Made(
        thing=wanted,
        statements=(text,),
        undo=_objects.RESTORED,
        back=_now(request, node.pubname) if tables else (),
        summary=f"change {wanted.shown}",
        phase=Phase.CONTRACT if takes else request.moment(),
    )
    hazards = () if how == "AP_DropObjects" else tuple(without_identity(request))
    if takes:
        hazards = (
            *hazards,
            "subscribers miss the changes of what is taken out, and a way back does not send them later",
        )
    return Compiled(
        strategy="with contract" if takes else "catalog-only",
        why="it takes something from the subscribers" if takes else "it blocks no reads and no writes",
        hazards=hazards,
        steps=_objects.steps(request, made),
    )


def _now(request: Request, name: str) -> tuple[str, ...]:
    """What it sends now, as the statement that the way back may come to."""
    tables = [
        qualified(table.name)
        for table in request.catalog.tables.values()
        if any(each.name == name and each.how == "table" for each in table.publications)
    ]
    return (f"ALTER PUBLICATION {ident(name)} SET TABLE {', '.join(sorted(tables))}",) if tables else ()
