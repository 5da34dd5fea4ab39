"""Give rights, or take them away.

## What it does

`GRANT … ON … TO …`, `REVOKE … ON … FROM …`, on anything, `ALL TABLES IN SCHEMA` too, and `ALTER DEFAULT PRIVILEGES`.
`GRANT role TO role` is about the whole server, and runs as `raw_sql`.

## Why it is dangerous

What is taken away fails the application that still runs (42501).

## Phases and locks

GRANT: expand. REVOKE: contract. No table is locked (14 to 17), or ACCESS SHARE (18).

## Rollback

The rights that were there when the step ran come back, on each object whose rights nobody has changed since.

## Versions

PostgreSQL 14 to 18.

## Example

    GRANT SELECT ON commandes TO rapports;
"""

from __future__ import annotations

from ...sql import parse
from ..steps.step import Action, Kind, Phase, Step
from . import _judged, _objects, raw_sql
from ._operation import ALONE, Compiled, Request
from ._twin import Typed

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterDefaultPrivilegesStmt", "GrantStmt")


class Grant(Typed):
    """Run the GRANT, REVOKE or ALTER DEFAULT PRIVILEGES statement `sql`."""


def compile_(request: Request) -> Compiled:
    """At once what is given, with contract what is taken away."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    node = node.action if request.action.key == "AlterDefaultPrivilegesStmt" else node
    if parse.enum_value(node, "behavior") == "DROP_CASCADE":
        raise request.refuse("CASCADE takes rights that nobody has named", hint="Revoke those in statements before.")
    _judged.relations(request)
    _refuse_column_in_flight(request)
    about = next((token.name for token in parse.scan(text) if token.name and not token.keyword), "")
    _judged.server(request, f"{about} rights", text)
    late = not node.is_grant
    locks = _objects.locks_of(request, text)
    first = Step(
        id=f"{request.id}.{'give' if node.is_grant else 'take'}",
        operations=(request.id,),
        phase=Phase.CONTRACT if late else request.moment(),
        kind=Kind.ONLINE,
        summary=" ".join(text.split())[:100],
        statements=(text,),
        action=Action(name="rights_set", parameters={"statement": text}),
        locks=locks,
        seconds=0.01,
        undo=("the rights that were there come back",),
    )
    back = Step(
        id=f"{request.id}.back",
        operations=(request.id,),
        phase=Phase.RESTORE if late else Phase.ROLLBACK,
        kind=Kind.ONLINE,
        summary=f"the rights as before {first.summary}"[:100],
        action=Action(name="rights_back", parameters={"step": first.id}),
        locks=locks,
        seconds=0.01,
    )
    return Compiled(
        strategy="with contract" if late else "as typed",
        why="it takes something from the old application" if late else "it blocks no reads and no writes",
        hazards=("from contract on whoever needs the right fails (42501)",) if late else (),
        steps=(first, back),
    )


def _refuse_column_in_flight(request: Request) -> None:
    """Rights on a column that is between two names are those of both, and carried with it."""
    columns = {
        parse.unwrap(each).sval
        for node in parse.walk(request.action.statement.node)
        if parse.kind_of(node) == "AccessPriv"
        for each in node.cols
    }
    for link in _objects.in_flight(request):
        if columns & {link.old_name, link.new_name}:
            raise request.refuse(f"a column is between two names ({link.old_name}, {link.new_name})", hint=ALONE)
