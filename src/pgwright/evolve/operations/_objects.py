"""Steps about objects that are no tables: a statement is run, the definition that was there is kept, and comes back.

Locks come from the text of the statements, never from the operation. What PostgreSQL would refuse is refused here, in
its own words, where asking it blocks nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...base.lock import LockMode
from ...base.name import RelationName
from ...sql import parse
from ...sql.actions import actions
from ...sql.quote import ident
from ...sql.things import Thing
from ..locks.declare import Effect, declared
from ..steps.step import Action, Kind, Lock, Phase, Step
from ..sync.naming import hidden_name
from ._operation import Compiled, Request

RESTORED = ("the definition that was there comes back",)


@dataclass(frozen=True, kw_only=True)
class Made:
    """What an operation asks of `steps`: the statements about `thing`, and what undoes them for people (`undo`; its
    first statement is also where the locks of the way back come from). `aside` is the hidden name that the object gets
    instead, `drops` tells that it goes, `after` who is meant afterwards, `triggers` the table whose triggers change."""

    thing: Thing
    statements: tuple[str, ...]
    undo: tuple[str, ...]
    summary: str
    phase: Phase = Phase.EXPAND
    drops: bool = False
    aside: str = ""
    after: Thing | None = None
    triggers: int = 0
    back: tuple[str, ...] = ()
    name: str = "run"
    long: bool = False
    watch: tuple[RelationName, ...] = ()


def steps(request: Request, made: Made) -> tuple[Step, ...]:
    """The step and its way back, which is a rollback before contract and a restore from then on."""
    parameters: dict[str, Any] = {
        "thing": made.thing.parameter(),
        "statements": list(made.statements),
        "drops": made.drops,
        "aside": made.aside,
        "triggers": made.triggers,
        "with": [each for each in request.dropped if each != made.thing.parameter()],
        "watch": [[each.schema, each.name] for each in made.watch],
    }
    if made.after is not None:
        parameters["after"] = made.after.parameter()
    locks = locks_of(request, *made.statements)
    weak = bool(locks) and not any(lock.mode.is_strong for lock in locks)
    late = made.phase not in (Phase.EXPAND, Phase.VERIFY)
    first = step(
        request,
        made.name,
        made.phase,
        Kind.ONLINE if weak or made.long else Kind.CUTOVER if late else Kind.INSTANT,
        made.summary,
        made.statements,
        action=Action(name="object_make", parameters=parameters),
        locks=_with_sync(request, made, locks),
        undo=made.undo,
    )
    back = step(
        request,
        f"{made.name}_back",
        Phase.RESTORE if late else Phase.ROLLBACK,
        Kind.CUTOVER,
        f"put back what was there before {made.summary}",
        made.back,
        action=Action(name="object_back", parameters={"step": first.id, "triggers": made.triggers}),
        locks=_strongest(first.locks, _with_sync(request, made, locks_of(request, *made.back))),
    )
    return (first, back)


def missing(request: Request, wanted: Thing) -> Compiled:
    """The answer to a statement about what is not there: an error without IF EXISTS."""
    if request.action.statement.node.missing_ok:
        return nothing(wanted)
    raise request.error(f"{wanted.shown} does not exist")


def nothing(wanted: Thing) -> Compiled:
    """There is nothing to do."""
    return Compiled(strategy="nothing to do", why=f"there is no {wanted.shown}, and IF EXISTS allows that")


def changed(request: Request, thing: Thing, text: str) -> tuple[Step, ...]:
    """The steps of the statement `text`, which changes `thing` in place as soon as it may."""
    made = Made(thing=thing, statements=(text,), undo=RESTORED, summary=f"change {thing.shown}", phase=request.moment())
    return steps(request, made)


def dropped(
    request: Request, made: Made, *, suffix: str = "", destroys: Sequence[dict[str, Any]] = ()
) -> tuple[Step, ...]:
    """The steps that take an object away with contract: a look at what hangs on it, the drop or the putting aside, the
    way back, and for what is aside the end."""
    parameters = {"thing": made.thing.parameter(), "with": list(request.dropped)}
    looks = step(
        request,
        f"look{suffix}",
        Phase.LOOK,
        Kind.VERIFY,
        f"look whether something hangs on {made.thing.shown}",
        (),
        action=Action(name="object_look", parameters=parameters),
        undo=("nothing: it only reads",),
    )
    # By its hidden name it still hangs where it hung.
    names = [made.thing, *([made.thing.called(made.aside)] if made.aside else [])]
    first, back = steps(request, replace(made, phase=Phase.CONTRACT, drops=True, name=f"drop{suffix}"))
    request.dropped.extend(each.parameter() for each in names)
    found = [looks, first, back]
    if made.aside:
        ends = replace(made, thing=made.thing.called(made.aside))
        text = f"DROP {words(ends.thing)}"
        action = Action(
            name="object_retire",
            parameters={"step": first.id, "destroys": list(destroys), "consented": request.allowed("destructive")},
        )
        summary = f"drop {made.thing.shown}"
        found.append(
            step(
                request,
                f"retire{suffix}",
                Phase.RETIRE,
                Kind.CUTOVER,
                summary,
                (text,),
                action=action,
                locks=first.locks,
            )
        )
    return tuple(found)


def step(
    request: Request,
    name: str,
    phase: Phase,
    kind: Kind,
    summary: str,
    statements: Sequence[str],
    *,
    action: Action,
    locks: tuple[Lock, ...] = (),
    undo: Sequence[str] = (),
) -> Step:
    """One step of the operation."""
    return Step(
        id=f"{request.id}.{name}",
        operations=(request.id,),
        phase=phase,
        kind=kind,
        summary=" ".join(summary.split())[:100],
        statements=tuple(statements),
        action=action,
        locks=locks,
        seconds=0.01,
        undo=tuple(undo),
    )


WORDS = {
    "aggregate": "ROUTINE",
    "function": "FUNCTION",
    "foreign-data wrapper": "FOREIGN DATA WRAPPER",
    "statistics object": "STATISTICS",
}
"""What DDL calls a kind of object, where it is not what the server calls it."""


def shown_sql(thing: Thing) -> str:
    """The object as DDL names it behind its kind, by the names of the statement."""

    def dotted(names: Sequence[str]) -> str:
        return ".".join(map(ident, names))

    if thing.kind in ("trigger", "policy", "rule"):
        return f"{ident(thing.names[-1])} ON {dotted(thing.names[:-1])}"
    if thing.kind == "cast":
        return f"({thing.names[0]} AS {thing.args[0]})"
    if thing.kind in ("operator class", "operator family"):
        return f"{dotted(thing.names[1:])} USING {ident(thing.names[0])}"
    if thing.kind == "type":
        return thing.names[0]
    if thing.kind in ("function", "procedure", "routine", "aggregate") and not thing.any:
        star = "*" if thing.kind == "aggregate" and not thing.args else ", ".join(thing.args)
        return f"{dotted(thing.names)}({star})"
    if thing.kind == "operator":
        *schema, name = thing.names
        return f"{dotted(schema)}{'.' if schema else ''}{name} ({', '.join(thing.args)})"
    return dotted(thing.names)


def words(thing: Thing) -> str:
    """The object behind its kind."""
    return f"{WORDS.get(thing.kind, thing.kind.upper())} {shown_sql(thing)}"


def hidden(request: Request, thing: Thing) -> str:
    """The hidden name that the object gets while it is aside; no other of the plan has it."""
    taken = {each.name for each in request.catalog.relation_names} | request.names
    taken |= {each.name.name for each in request.catalog.functions.values()}
    wanted, number = hidden_name(thing.own, "old"), 1
    while wanted in taken:
        number += 1
        wanted = hidden_name(thing.own, f"old{number}")
    request.names.add(wanted)
    return wanted


def as_typed(request: Request) -> bool:
    """Whether the author wants the statement to be run as it is: `allow = raw_sql` above it."""
    given = (each.value for each in request.directives if each.name == "allow")
    return any(word.strip() == "raw_sql" for value in given for word in value.split(","))


def locks_of(request: Request, *texts: str) -> tuple[Lock, ...]:
    """What the statements lock, as measured; on relations that the plan makes, by name. Raises Refused where nobody
    knows, unless the author takes that upon himself."""
    effects: dict[int, Effect] = {}
    for text in texts:
        for effect in effects_of(request, text):
            known = effects.get(effect.oid)
            if known is None or known.mode < effect.mode:
                effects[effect.oid] = effect
    found = [Lock(relation=each.relation, oid=each.oid, mode=each.mode) for _, each in sorted(effects.items())]
    named = {token.name for text in texts for token in parse.scan(text) if not token.is_comment}
    new = sorted(each for each in request.made if each.name in named and request.catalog.find(*_pair(each)) is None)
    return (*found, *(Lock(relation=each, oid=0, mode=LockMode.ACCESS_EXCLUSIVE) for each in new))


def effects_of(request: Request, text: str) -> tuple[Effect, ...]:
    """What one statement does to the relations that are there."""
    (statement,) = parse.parse(text, file=request.file)
    found: list[Effect] = []
    for action in actions(statement):
        effects = declared(action.key, action.node, statement, request.catalog)
        if effects is None and not request.allowed("raw_sql"):
            raise request.refuse(
                f"{' '.join(text.split())[:80]}: nobody knows what it locks",
                hint="If you accept that, write above it: -- pgwright: allow = raw_sql",
            )
        found += effects or ()
    return tuple(found)


def _pair(name: RelationName) -> tuple[str, str]:
    return name.name, name.schema


def _with_sync(request: Request, made: Made, locks: tuple[Lock, ...]) -> tuple[Lock, ...]:
    """Where columns of the table are in flight, its sync triggers are made anew, which needs more."""
    open_ = made.triggers and any(link.table == made.triggers for link in in_flight(request))
    if not open_:
        return locks
    return tuple(
        replace(lock, mode=LockMode.ACCESS_EXCLUSIVE)
        if lock.oid in {part.oid for part in request.catalog.descendants(made.triggers)}
        else lock
        for lock in locks
    )


def _strongest(*sets: tuple[Lock, ...]) -> tuple[Lock, ...]:
    found: dict[tuple[int, RelationName], Lock] = {}
    for lock in (lock for locks in sets for lock in locks):
        known = found.get((lock.oid, lock.relation))
        if known is None or known.mode < lock.mode:
            found[lock.oid, lock.relation] = lock
    return tuple(found.values())


def in_flight(request: Request) -> list[Any]:
    """The links between two columns that are open, or that the plan opens."""
    planned = [link for shape in request.shapes.values() for link in shape.links]
    return [link for link in (*request.links, *planned) if not link.alone]
