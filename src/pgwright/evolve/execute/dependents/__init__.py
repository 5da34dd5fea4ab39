"""What hangs on a column, and the exchange in which another column takes its place with all of it.

Default, sequence and NOT NULL belong to the column and are moved; indexes, CHECK constraints and foreign keys were
built beside under hidden names and change places; views, policies, triggers, publications, statistics and SQL
functions are bound by number and are made again while the names are exchanged; generated columns are rebuilt.

Everything is read before the lock is taken, with an empty search_path, and runs with one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ....base.errors import Refused
from ....catalog import redefine
from ....sql.quote import literal
from ...sync.link import SyncTable
from .. import sync, triggers
from . import columns, constraints, generated, indexes, settings

Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["Copies", "exchange"]


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
) -> list[str]:
    """Statements after which column `taking` is called `leaving` and has everything that hung on it, and the
    former `leaving` is called `parked` and has nothing. UPDATE OF lists that were widened to both are narrowed.

    Where they are not of the `same_type`, each keeps the storage of its own.

    Raises Refused, naming each, where something hangs on the column for which nothing was prepared, or that is not
    `locked` (oids), or a generated column has to be rebuilt and `rewrite` does not consent."""
    parts = [part.oid for part in table.parts]
    problems: list[str] = []
    with _empty_path(connection) as path:
        moved = columns.move(connection, parts, (leaving, taking, parked), copies.not_null, problems)
        settled = settings.carry(connection, parts, leaving, taking, same_type=same_type)
        index = indexes.swap(connection, parts, (leaving, taking), copies.indexes, problems)
        constraint = constraints.swap(connection, parts, (leaving, taking), copies.constraints, problems)
        rebuilt = generated.rebuild(connection, parts, leaving, problems, rewrite=rewrite)
        bound = redefine.bound_to(
            connection, parts, (leaving, taking), lambda trigger: triggers.without(trigger, taking)
        )
    problems += [f"{each.kind} {each.name} reads it and cannot be made again" for each in redefine.unmovable(bound)]
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
        *index.drop,
        *constraint.drop,
        *rebuilt.drop,
        sync.rename(table, leaving, parked),
        sync.rename(table, taking, leaving),
        *index.adopt,
        *constraint.adopt,
        *indexes.proof(index.proofs, constraint.proofs),
        *moved,
        *settled,
        *rebuilt.adopt,
        *(statement for each in bound for statement in each.statements),
        f"SELECT pg_catalog.set_config('search_path', {literal(path)}, true)",
    ]


@contextmanager
def _empty_path(connection: Connection) -> Iterator[str]:
    """A transaction for reading with an empty search_path; gives the session's own."""
    row = connection.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
    assert row is not None
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL search_path = ''")
        yield str(row[0])
