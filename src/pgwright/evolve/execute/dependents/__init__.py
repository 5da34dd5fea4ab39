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

Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["Copies", "exchange", "identity", "references", "since"]


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


def exchange(
    connection: Connection,
    table: SyncTable,
    *,
    leaving: str,
    taking: str,
    parked: str,
    copies: Copies,
    locked: Collection[int],
    rewrite: bool,
    same_type: bool = True,
    default: Callable[[str | None], str | None] = _same,
    pointing: tuple[str, str] | None = None,
) -> list[str]:
    """Statements after which column `taking` is called `leaving` and has everything that hung on it, and the
    former `leaving` is called `parked` and has nothing. UPDATE OF lists that were widened to both are narrowed.

    Where they are not of the `same_type`, each keeps the storage of its own. `default` makes the DEFAULT of the one
    that takes over from that of the other. `pointing` is the link and the tag of the twins of foreign keys that point
    to the column.

    Raises Refused, naming each, where something hangs on the column for which nothing was prepared, or that is not
    `locked` (oids), or a generated column has to be rebuilt and `rewrite` does not consent."""
    parts = [part.oid for part in table.parts]
    problems: list[str] = []
    with redefine.empty_path(connection) as path:
        moved = columns.move(connection, parts, (leaving, taking, parked), copies.not_null, problems, default)
        settled = settings.carry(connection, parts, leaving, taking, same_type=same_type)
        index = indexes.swap(connection, parts, (leaving, taking), copies.indexes, problems)
        constraint = constraints.swap(connection, parts, (leaving, taking), copies.constraints, problems)
        reference = references.swap(connection, parts, (leaving, taking), *(pointing or ("", "")), problems)
        identities = identity.move(connection, parts, leaving, parked)
        rebuilt = generated.rebuild(connection, parts, leaving, problems, rewrite=rewrite)
        bound = redefine.bound_to(
            connection, parts, (leaving, taking), lambda trigger: triggers.without(trigger, taking)
        )
        views = view_tree.Tree() if same_type else _views(connection, bound)
    problems += [f"{each.kind} {each.name} reads it and cannot be made again" for each in redefine.unmovable(bound)]
    problems += [*views.problems, *since(connection, views.relations - {*locked, *(each.relation for each in bound)})]
    if not same_type:
        bound = tuple(each for each in bound if each.kind != "view")
    problems += [
        f"{each.kind} {each.name} reads it and was made since the plan"
        for each in bound
        if each.statements and each.relation not in (0, *parts, *locked)
    ]
    if problems:
        raise Refused(
            f"column {leaving} of {table.root_sql} cannot be exchanged",
            reasons=tuple(problems),
            state="Nothing was changed by this step; the application goes on as before.",
            hint="Drop what is named, or make it on the other column; then run the same command again.",
        )
    return [
        "SELECT pg_catalog.set_config('search_path', '', true)",
        *views.drop,
        *reference.drop,
        *index.drop,
        *constraint.drop,
        *rebuilt.drop,
        sync.rename(table, leaving, parked),
        sync.rename(table, taking, leaving),
        *index.adopt,
        *constraint.adopt,
        *reference.adopt,
        *indexes.proof(index.proofs, constraint.proofs, reference.proofs),
        *identities.before,
        *moved,
        *identities.after,
        *index.late,
        *indexes.proof(index.late_proofs),
        *settled,
        *rebuilt.adopt,
        *views.make,
        *(statement for each in bound for statement in each.statements),
        f"SELECT pg_catalog.set_config('search_path', {literal(path)}, true)",
    ]


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
