"""What keeps a statement about an object that is no table from being planned: names that are not there or not for
migrations, columns between two names, what hangs on it, and whatever PostgreSQL itself says against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...sql import parse
from ...sql.things import Thing
from . import _objects
from ._operation import ALONE, Request

_MOST_BEFORE = 30


def relations(request: Request) -> None:
    """Raises for a relation of the statement that an earlier one dropped or renamed, that is a view of ours for the
    time being, or that belongs to the journal."""
    for node in parse.walk(request.action.statement.node):
        if parse.kind_of(node) != "RangeVar" or not node.relname:
            continue
        if node.schemaname == "pgwright":
            raise request.error("the journal of pgwright is not for migrations")
        oid = request.catalog.find(node.relname, node.schemaname or None)
        if oid in request.catalog.tables:
            request.table(node)
        elif oid is not None:
            request.refuse_view(oid)


def columns_in_flight(request: Request) -> None:
    """Refuses a statement that names a column which is between two names, or takes all columns of such a table: it
    would hold on to a column that contract takes away."""
    text = request.action.statement.text
    names = parse.names(text)
    star = any(parse.kind_of(node) == "A_Star" for node in parse.walk(request.action.statement.node))
    for link in _objects.in_flight(request):
        table = request.catalog.tables.get(link.table)
        if table is None or table.name.name not in names:
            continue
        if star or {link.old_name, link.new_name} & names:
            raise request.refuse(
                f"{table.name} has a column between two names ({link.old_name} and {link.new_name}) until "
                f"{link.migration} is contracted, and this statement would hold on to one of them",
                hint=ALONE,
            )


def cascade(request: Request, behavior: str) -> None:
    """Refuses CASCADE: what goes with it is named by nobody."""
    if behavior == "DROP_CASCADE":
        raise request.refuse(
            "CASCADE drops what nobody has named",
            hint="Leave CASCADE out: the plan then names what hangs on it. Drop each of that in a statement before.",
        )


def hanging(request: Request, thing: Thing) -> str | None:
    """Refuses to drop what something hangs on that the plan does not drop before; what the object is called, None where
    there is none."""
    if request.examine is None:
        return None
    found = request.examine(thing.parameter(), request.dropped)
    if found is None:
        return None
    if found[1]:
        raise request.refuse(
            f"{thing.shown} cannot be dropped: something hangs on it",
            *found[1],
            hint="Drop each of them in a statement before this one, or let it stand on something else.",
        )
    return found[0]


def server(request: Request, name: str, *texts: str) -> None:
    """Raises what PostgreSQL says against the last of `texts`, as it would be after the earlier statements of the plan
    that it depends on. Asked only where that locks nothing in earnest."""
    if request.try_statement is None or any(_locks_in_earnest(request, text) for text in texts):
        return
    found = before(request, texts[-1])
    said = request.try_statement([*found, *texts])
    if said is None:
        request.tried.append((name, texts[-1]))
        return
    if said.early and len(request.tried) < request.order:
        return  # an earlier statement that was not run here may be what it needs
    if said.sqlstate == "2BP01":
        raise request.refuse(said.message, *said.detail, hint="Drop each of them in a statement before this one.")
    detail = f" ({'; '.join(said.detail)})" if said.detail else ""
    raise request.error(f"{said.message}{detail}", hint=said.hint)


def _locks_in_earnest(request: Request, text: str) -> bool:
    return any(effect.mode.is_strong for effect in _objects.effects_of(request, text))


def before(request: Request, text: str) -> Sequence[str]:
    """The earlier statements about objects whose names the text mentions, and those that they mention, in order."""
    wanted = set(parse.names(text))
    found: list[str] = []
    for name, earlier in reversed(request.tried):
        if name in wanted and len(found) < _MOST_BEFORE:
            found.append(earlier)
            wanted |= parse.names(earlier)
    return found[::-1]
