"""What hangs on a column, and the exchange in which another column takes its place with all of it.

Default, sequence and NOT NULL belong to the column and are moved; indexes, CHECK constraints and foreign keys were
built beside under hidden names and change places; views, policies, triggers, publications, statistics and SQL
functions are bound by number and are made again while the names are exchanged; generated columns are rebuilt.

Everything is read before the lock is taken, with an empty search_path, and runs with one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ....base.errors import Refused
from ....catalog import redefine, view_tree
from ....sql.quote import literal
from ...sync.link import SyncTable
from .. import sync, triggers
from . import columns, constraints, generated, identity, indexes, references, settings
from .swap import Swap

Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["Copies", "Wanted", "exchange", "identity", "references", "since"]


@dataclass(frozen=True, kw_only=True)
class Copies:
    """What was built beside for the column that takes over: hidden names by (relation, final name), and the
    name of the helper that proves NOT NULL."""

    indexes: Mapping[tuple[int, str], str] = field(default_factory=dict)
    constraints: Mapping[tuple[int, str], str] = field(default_factory=dict)
    not_null: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Copies:
        """From the parameters of a step."""
        data = parameters.get("copies", {})
        return cls(
            indexes={(relation, name): hidden for relation, name, hidden in data.get("indexes", [])},
            constraints={(relation, name): hidden for relation, name, hidden in data.get("constraints", [])},
            not_null=data.get("not_null", ""),
        )


def _same(default: str | None) -> str | None:
    return default


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An exchange: column `taking` is to be called `leaving` and to have everything that hung on it, and the former
    `leaving` to be called `parked`. `copies` were built beside; `locked` are the oids that may be touched; `rewrite`
    consents to rebuilding generated columns. Where they are not of the `same_type`, each keeps the storage of its own.
    `default` makes the DEFAULT of the one that takes over from that of the other. `pointing` is the link and the tag of
    the twins of foreign keys that point to the column."""

    leaving: str
    taking: str
    parked: str
    copies: Copies
    locked: Collection[int]
    rewrite: bool
    same_type: bool = True
    default: Callable[[str | None], str | None] = _same
    pointing: tuple[str, str] = ("", "")


@dataclass(kw_only=True)
class _Found:
    """All that hangs on the column, read before any lock, with the `path` that the session has."""

    path: str
    moved: list[str]
    settled: list[str]
    index: Swap
    constraint: Swap
    reference: Swap
    identities: identity.Moved
    rebuilt: Swap
    bound: tuple[redefine.Bound, ...]
    views: view_tree.Tree
    problems: list[str]


def exchange(connection: Connection, table: SyncTable, wanted: Wanted) -> list[str]:
    """The statements of the exchange. UPDATE OF lists that were widened to both columns are narrowed.

    Raises Refused, naming each, where something hangs on the column for which nothing was prepared, or that is not
    locked, or a generated column has to be rebuilt without consent."""
    found = _read(connection, table, wanted)
    _refuse(connection, table, wanted, found)
    # Views are made again before what may read them; where their columns keep their types they are replaced in place.
    bound = found.bound if wanted.same_type else [each for each in found.bound if each.kind != "view"]
    proofs = indexes.proof(found.index.proofs, found.constraint.proofs, found.reference.proofs)
    return [
        "SELECT pg_catalog.set_config('search_path', '', true)",
        *found.views.drop,
        *found.reference.drop,
        *found.index.drop,
        *found.constraint.drop,
        *found.rebuilt.drop,
        sync.rename(table, wanted.leaving, wanted.parked),
        sync.rename(table, wanted.taking, wanted.leaving),
        *found.index.adopt,
        *found.constraint.adopt,
        *found.reference.adopt,
        *proofs,
        *found.identities.before,
        *found.moved,
        *found.identities.after,
        *found.index.late,
        *indexes.proof(found.index.late_proofs),
        *found.settled,
        *found.rebuilt.adopt,
        *found.views.make,
        *(statement for each in bound for statement in each.statements),
        f"SELECT pg_catalog.set_config('search_path', {literal(found.path)}, true)",
    ]


def _read(connection: Connection, table: SyncTable, wanted: Wanted) -> _Found:
    parts = [part.oid for part in table.parts]
    leaving, taking, parked, copies = wanted.leaving, wanted.taking, wanted.parked, wanted.copies
    names, problems = (leaving, taking), list[str]()
    with redefine.empty_path(connection) as path:
        bound = redefine.bound_to(connection, parts, names, lambda trigger: triggers.without(trigger, taking))
        return _Found(
            path=path,
            moved=columns.move(connection, parts, (*names, parked), copies.not_null, problems, wanted.default),
            settled=settings.carry(connection, parts, leaving, taking, same_type=wanted.same_type),
            index=indexes.swap(connection, parts, names, copies.indexes, wanted.pointing, problems),
            constraint=constraints.swap(connection, parts, names, copies.constraints, problems),
            reference=references.swap(connection, parts, names, *wanted.pointing, problems),
            identities=identity.move(connection, parts, leaving, parked),
            rebuilt=generated.rebuild(connection, parts, leaving, problems, rewrite=wanted.rewrite),
            bound=bound,
            views=view_tree.Tree() if wanted.same_type else _views(connection, bound),
            problems=problems,
        )


def _refuse(connection: Connection, table: SyncTable, wanted: Wanted, found: _Found) -> None:
    problems, parts = found.problems, [part.oid for part in table.parts]
    problems += [
        f"{each.kind} {each.name} reads it and cannot be made again" for each in redefine.unmovable(found.bound)
    ]
    locked = {0, *parts, *wanted.locked}
    problems += [*found.views.problems, *since(connection, found.views.relations - locked)]
    problems += [
        f"{each.kind} {each.name} reads it and was made since the plan"
        for each in found.bound
        if each.statements and each.relation not in {*locked, *found.views.relations}
    ]
    if problems:
        raise Refused(
            f"column {wanted.leaving} of {table.root_sql} cannot be exchanged",
            reasons=tuple(problems),
            state="Nothing was changed by this step; the application goes on as before.",
            hint="Drop what is named, or make it on the other column; then run the same command again.",
        )


def _views(connection: Connection, bound: Collection[redefine.Bound]) -> view_tree.Tree:
    """The views that are bound to the column, and those that read them: no view can get another type in place."""
    selects = {each.relation: each.select for each in bound if each.kind == "view" and each.statements}
    return view_tree.tree(connection, list(selects), selects)


def since(connection: Connection, views: Collection[int]) -> list[str]:
    """Views that nobody has locked: they were made after the plan."""
    rows = connection.execute(
        "SELECT v.oid::regclass::text FROM unnest(%s::oid[]) AS v (oid) ORDER BY 1", (sorted(views),)
    ).fetchall()
    return [f"view {row[0]} reads it and was made since the plan" for row in rows]
