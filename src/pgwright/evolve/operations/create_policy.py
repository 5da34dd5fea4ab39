"""Create a row-level security policy.

## What it does

`CREATE POLICY`. `DROP POLICY p ON t; CREATE POLICY p …` in one file is one step, so that nobody is seen by neither.

## Why it is dangerous

Where row-level security is on, a permissive policy shows more, a restrictive one hides rows from the application that
still runs, and refuses what it writes. Where it is off, nothing happens until it is switched on.

## Phases and locks

expand: one instant step, ACCESS EXCLUSIVE on the table, milliseconds.

## Rollback

It is dropped, or the one that was there comes back; not over what somebody has changed since.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE POLICY les_siens ON commandes USING (client = current_user);
"""

from __future__ import annotations

from ...catalog.values import Policy, Table
from ...sql.things import Thing
from . import _copies, _judged, _objects, _pairs, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed
from .create_trigger import on

DIRECTIVES = ("allow",)
RECOGNISES = ("CreatePolicyStmt",)


class CreatePolicy(Typed):
    """Create the policy of the statement `sql`."""


def compile_(request: Request) -> Compiled:
    """One short step."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    wanted = Thing("policy", on(node.table, node.policy_name))
    table = on_table(request, node.table)
    _judged.columns_in_flight(request)
    again = _pairs.dropped_before(request, wanted)
    there = policy_of(table, node.policy_name)
    if there is not None and not again:
        raise request.error(f'policy "{node.policy_name}" for table "{table.name if table else ""}" already exists')
    if table is not None:
        _copies.refuse(request, table, node, "table")
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(drop, text) if there is not None else (text,),
        undo=(drop,) if there is None else _objects.RESTORED,
        back=(drop,),
        summary=f"{'create' if there is None else 'replace'} {wanted.shown}",
        phase=request.moment(),
    )
    return Compiled(
        strategy="in one short step",
        why="nothing is read or written",
        hazards=hazards(table, node.policy_name, permissive=node.permissive and there is None),
        steps=_objects.steps(request, made),
    )


def on_table(request: Request, relation: object) -> Table | None:
    """The table, checked as any that is to change; None for one that the plan makes."""
    name, schema = str(getattr(relation, "relname", "")), getattr(relation, "schemaname", "") or None
    known = request.catalog.find(name, schema) is not None
    if not known and any(each.name == name and schema in (None, each.schema) for each in request.made):
        return None
    return request.changeable(relation)


def policy_of(table: Table | None, name: str) -> Policy | None:
    """The policy of the table, None where there is none."""
    return next((each for each in table.policies if each.name == name), None) if table is not None else None


def hazards(table: Table | None, name: str, *, permissive: bool) -> tuple[str, ...]:
    """What the old application notices."""
    if table is None or not table.row_security:
        return (f"row-level security is off: {name} does nothing until it is switched on",)
    if permissive:
        return (f"the old application, too, may see and write from expand on what {name} lets it",)
    hides = (
        f"{name} may hide rows from the old application from expand on, and refuse what it writes (42501): whoever it "
        "is about is asked at once"
    )
    return (hides,)
