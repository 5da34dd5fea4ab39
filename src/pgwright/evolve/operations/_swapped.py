"""An object that is dropped and made again in one file: made beside under a hidden name, and exchanged at contract.

So it is never missing, and until the grace period ends the old one is there to come back.
"""

from __future__ import annotations

from dataclasses import replace

from ...base.lock import LockMode
from ...base.name import RelationName
from ...sql.quote import ident
from ...sql.things import Thing
from ..steps.step import Action, Kind, Lock, Phase, Step
from ..sync.naming import hidden_name
from . import _judged, _objects, _pairs
from ._operation import Compiled, Request

RELATIONS = ("view", "materialized view")


def beside_name(request: Request, wanted: Thing) -> str:
    """The hidden name of the new one until contract."""
    taken = {each.name for each in request.catalog.relation_names} | request.names
    taken |= {each.name.name for each in request.catalog.functions.values()}
    name, number = hidden_name(wanted.own, "new"), 1
    while name in taken:
        number += 1
        name = hidden_name(wanted.own, f"new{number}")
    request.names.add(name)
    return name


def compiled(
    request: Request,
    wanted: Thing,
    beside: Thing,
    text: str,
    *more: str,
    long: bool = False,
    names: tuple[tuple[str, str, str], ...] = (),
    schema: str = "",
) -> Compiled:
    """Expand makes `beside` by `text` and `more`, contract exchanges the names. `names` are those of its indexes:
    hidden until then, wanted, and what the old one of that name is called from then on, all in `schema`."""
    _refuse_together(request, wanted)
    _judged.hanging(request, wanted)
    if wanted.kind not in RELATIONS or not more:
        _judged.server(request, wanted.own, text)
    drop = f"DROP {_objects.words(beside)}"
    made = _objects.Made(
        thing=beside,
        statements=(text, *more),
        undo=(drop,),
        back=(drop,),
        summary=f"make the new {wanted.shown} beside the old one",
        phase=request.moment(),
        name="beside",
        long=long,
    )
    aside = _objects.hidden(request, wanted)
    first = _objects.steps(request, made)
    cached = (
        f"a server-side prepared statement that reads {wanted.own} fails once per connection after contract, when its "
        'result is of another type (0A000, "cached plan must not change result type")'
    )
    return Compiled(
        strategy="beside, exchanged at contract",
        why="it is never missing, and the old one can come back until the grace period ends",
        hazards=(
            cached,
            f"until contract {wanted.own} is the old one for the new application, too",
            "owner, rights, comment and triggers of the old one go over to the new one, as they are at contract",
        ),
        steps=(*first, *_exchange(request, wanted, beside, aside, names, schema)),
    )


def _refuse_together(request: Request, wanted: Thing) -> None:
    """What hangs on it and is made anew by the same file would go on to hang on the old one."""
    if request.examine is None:
        return
    others = [each.parameter() for each in _pairs.replaced(request) if not _pairs.same(each, wanted)]
    alone = request.examine(wanted.parameter(), request.dropped)
    together = request.examine(wanted.parameter(), [*request.dropped, *others])
    if alone is None or together is None or len(alone[1]) == len(together[1]):
        return
    raise request.refuse(
        f"what hangs on {wanted.shown} is made anew in the same file, and would hang on the old one until contract",
        *sorted(set(alone[1]) - set(together[1])),
        hint="Make the new ones under other names in this migration, and drop the old ones in a later one.",
    )


def _exchange(
    request: Request,
    wanted: Thing,
    beside: Thing,
    aside: str,
    names: tuple[tuple[str, str, str], ...],
    schema: str,
) -> tuple[Step, ...]:
    old, new = _objects.words(wanted), _objects.words(beside)
    to_aside = f"ALTER {old} RENAME TO {ident(aside)}"
    to_name = f"ALTER {new} RENAME TO {ident(wanted.own)}"
    locks = (*_objects.locks_of(request, to_aside), *_new_lock(request, wanted, beside))
    parameters = {
        "thing": wanted.parameter(),
        "beside": beside.parameter(),
        "made": f"{request.id}.beside",
        "aside": aside,
        "indexes": [list(each) for each in names],
        "schema": schema,
    }
    gone = _objects.words(wanted.called(aside))
    swap = _objects.step(
        request,
        "exchange",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"exchange {wanted.shown} for the new one",
        (to_aside, to_name),
        action=Action(name="object_exchange", parameters=parameters),
        locks=locks,
        undo=(f"DROP {old}", f"ALTER {gone} RENAME TO {ident(wanted.own)}"),
    )
    return (swap, *_ends(request, wanted, swap, f"DROP {gone}"))


def _ends(request: Request, wanted: Thing, swap: Step, drop: str) -> tuple[Step, Step]:
    """The way back, and the end of the old one."""
    assert swap.action is not None, "it was made with one"
    back = replace(
        swap,
        id=f"{request.id}.exchange_back",
        phase=Phase.RESTORE,
        summary=f"give {wanted.shown} back, and drop the new one",
        statements=swap.undo,
        action=Action(name="object_exchange_back", parameters={**swap.action.parameters, "step": swap.id}),
        undo=(),
    )
    ends = _objects.step(
        request,
        "retire",
        Phase.RETIRE,
        Kind.CUTOVER,
        f"drop the old {wanted.shown}",
        (drop,),
        action=Action(name="object_retire", parameters={"step": swap.id}),
        locks=swap.locks[:-1] if wanted.kind in RELATIONS else swap.locks,
    )
    return (back, ends)


def _new_lock(request: Request, wanted: Thing, beside: Thing) -> tuple[Lock, ...]:
    """The new view is known by its name only."""
    if wanted.kind not in RELATIONS:
        return ()
    schema = beside.names[0] if len(beside.names) > 1 else next(iter(request.catalog.search_path), "public")
    return (Lock(relation=RelationName(schema, beside.own), oid=0, mode=LockMode.ACCESS_EXCLUSIVE),)
