"""Create a rule, or replace one.

## What it does

`CREATE [OR REPLACE] RULE`. `DROP RULE r ON t; CREATE RULE r …` in one file is one step.

## Why it is dangerous

It rewrites the statements of the application that still runs, too: `DO INSTEAD` has them do something else, and neither
`RETURNING` nor `ON CONFLICT` works any more without care.

## Phases and locks

expand: one instant step, ACCESS EXCLUSIVE on the table or view, milliseconds. A table with columns between two names is
refused.

## Rollback

It is dropped, or the one that was there comes back with its state and comment; not over what somebody has changed
since.

## Versions

PostgreSQL 14 to 18.

## Example

    CREATE RULE sans_suppression AS ON DELETE TO commandes DO INSTEAD NOTHING;
"""

from __future__ import annotations

from ...catalog.values import Table
from ...sql.things import Thing
from . import _copies, _judged, _objects, _pairs, raw_sql
from ._operation import ALONE, Compiled, Request
from ._twin import Typed
from .create_trigger import on, relation_of

DIRECTIVES = ("allow",)
RECOGNISES = ("RuleStmt",)


class CreateRule(Typed):
    """Create the rule of the statement `sql`."""


def compile_(request: Request) -> Compiled:
    """One short step."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    if node.rulename == "_RETURN":
        raise request.refuse("a rule of this name makes a table a view", hint="Say CREATE VIEW.")
    wanted = Thing("rule", on(node.relation, node.rulename))
    _judged.relations(request)
    owner = relation_of(request, node.relation)
    if isinstance(owner, Table):
        request.changeable(node.relation)
    if owner is not None and any(link.table == owner.oid for link in _objects.in_flight(request)):
        raise request.refuse(
            f"{owner.name} has a column between two names, and a rule rewrites what it takes", hint=ALONE
        )
    known = owner.rules if isinstance(owner, Table) else tuple(each.name for each in owner.rules) if owner else ()
    there = node.rulename in known
    again = _pairs.dropped_before(request, wanted)
    if there and not (again or node.replace):
        raise request.error(f'rule "{node.rulename}" for relation "{owner.name if owner else ""}" already exists')
    if isinstance(owner, Table):
        _copies.refuse(request, owner, node, "relation")
    drop = f"DROP {_objects.words(wanted)}"
    made = _objects.Made(
        thing=wanted,
        statements=(drop, text) if there and again else (text,),
        undo=(drop,) if not there else _objects.RESTORED,
        back=(drop,),
        summary=f"{'replace' if there else 'create'} {wanted.shown}",
        phase=request.moment(),
    )
    return Compiled(
        strategy="in one short step",
        why="nothing is read or written",
        hazards=(f"{node.rulename} rewrites the statements of the old application, too, from expand on",),
        steps=_objects.steps(request, made),
    )
