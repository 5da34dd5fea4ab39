"""Drop something that is no table: it is put aside first, so that whoever still uses it is found out.

## What it does

`DROP FUNCTION`, `PROCEDURE`, `AGGREGATE`, `TYPE`, `DOMAIN`, `SEQUENCE`, `SCHEMA`, `COLLATION`, `SERVER`, `FOREIGN
TABLE`, `PUBLICATION`, `TEXT SEARCH …`, and whatever else has a name of its own. Nothing happens in expand. Contract
renames it to a hidden name; after the grace period it is dropped. `EXTENSION`, `CAST`, `STATISTICS` and `EVENT TRIGGER`
cannot be put aside: contract drops them and keeps how they were defined.

## Why it is dangerous

The application that still runs may use it, in text that nobody can see: a function is called by name, a cast is found
by the parser.

## Phases and locks

expand: only a look at what hangs on it, each by its name; CASCADE is never used. contract: ACCESS EXCLUSIVE on a
sequence or foreign table, SHARE UPDATE EXCLUSIVE on the table of a statistics object, nothing on any other table.

## Rollback

Until the grace period ends it gets its name back, or is made again as it was defined. An operator and an access method
have no way back after contract; the plan says so.

## Versions

PostgreSQL 14 to 18.

## Example

    DROP FUNCTION ancien_total(integer);
"""

from __future__ import annotations

from ...sql import parse
from ...sql.quote import ident
from ...sql.things import ROUTINES, Thing, thing
from . import _judged, _objects, _pairs, raw_sql
from ._operation import Compiled, Request
from ._twin import Consented

DIRECTIVES = ("allow",)
_KINDS = """
    AGGREGATE CAST COLLATION CONVERSION DOMAIN EVENT_TRIGGER EXTENSION FDW FOREIGN_SERVER FOREIGN_TABLE FUNCTION
    LANGUAGE OPCLASS OPERATOR OPFAMILY PROCEDURE PUBLICATION ROUTINE SCHEMA SEQUENCE STATISTIC_EXT TSCONFIGURATION
    TSDICTIONARY TSPARSER TSTEMPLATE TYPE
"""
RECOGNISES = tuple(f"DropStmt.OBJECT_{name}" for name in _KINDS.split())
OUTRIGHT = frozenset({"cast", "event trigger", "extension", "operator", "statistics object"})
"""What has no name to be changed, or acts whatever it is called."""
_FOR_EVER = frozenset({"operator"})
"""What nobody can make again as it was."""


class DropObject(Consented):
    """Drop what the DROP statement `sql` names."""


def compile_(request: Request) -> Compiled:
    """Each object of the statement by itself."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node = request.action.node
    _judged.cascade(request, parse.enum_value(node, "behavior"))
    kind = parse.enum_value(node, "remove_type")
    found = [thing(kind, each) for each in node.objects]
    compiled = [one(request, each, number) for number, each in enumerate(found, 1)]
    steps = tuple(step for each in compiled for step in each.steps)
    if not steps:
        return compiled[0]
    last = next(each for each in reversed(compiled) if each.steps)
    hazards = tuple(dict.fromkeys(hazard for each in compiled for hazard in each.hazards))
    return Compiled(strategy=last.strategy, why=last.why, hazards=hazards, steps=steps)


def one(request: Request, wanted: Thing, number: int = 1) -> Compiled:
    """The steps that take one object away."""
    if _pairs.made_again(request, wanted):
        return Compiled(
            strategy="with the statement that makes it again", why=f"{wanted.shown} is replaced, and never missing"
        )
    called = _judged.hanging(request, wanted)
    made_here = any(name == wanted.own for name, _ in request.tried)
    if called is None and not made_here and request.examine is not None:
        return _objects.missing(request, wanted)
    aside = "" if wanted.kind in OUTRIGHT else _objects.hidden(request, wanted)
    drop = f"DROP {_objects.words(wanted)}"
    back = f"ALTER {_objects.words(wanted.called(aside))} RENAME TO {ident(wanted.own)}" if aside else ""
    forever = wanted.kind in _FOR_EVER
    statement = f"ALTER {_objects.words(wanted)} RENAME TO {ident(aside)}" if aside else drop
    made = _objects.Made(
        thing=wanted,
        statements=(statement,),
        undo=() if forever else (back,) if aside else _objects.RESTORED,
        back=(back,) if aside else (),
        summary=f"put {wanted.shown} aside" if aside else f"drop {wanted.shown}",
        aside=aside,
    )
    steps = _objects.dropped(request, made, suffix="" if number == 1 else str(number))
    return Compiled(
        strategy="aside" if aside else "with contract",
        why="whoever still uses it is found out while it can come back"
        if aside
        else "the old application may use it until then",
        hazards=_hazards(wanted),
        steps=steps,
    )


def _hazards(wanted: Thing) -> tuple[str, ...]:
    found = []
    if wanted.kind in ROUTINES:
        found.append(f"statements and function bodies that call {wanted.own} by name fail from contract on (42883)")
    if wanted.kind in _FOR_EVER:
        found.append("after contract nothing brings it back: the server has no words for how it was made")
    if wanted.kind == "extension":
        found.append("what the tables of the extension held is lost with contract; only the extension comes back")
    if wanted.kind == "publication":
        found.append("subscribers of the publication stop at contract until it has its name again")
    return tuple(found)
