"""CHECK constraints and foreign keys that change places: the new one was added and validated under a hidden name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql.quote import ident, literal
from .swap import Swap

Connection = psycopg.Connection[tuple[Any, ...]]
OURS = "pgw_in_sync_"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A constraint as it is now, on the table where it was declared. `below` has (oid, table, name) of the foreign key
    on each partition; other constraints take the name of the one above."""

    oid: int
    relation: int
    table: str
    name: str
    kind: str
    definition: str
    comment: str | None
    below: list[tuple[int, str, str]]


def read(connection: Connection, parts: Sequence[int], column: str) -> list[Found]:
    """The CHECK constraints and foreign keys that read `column`, without the in-sync checks."""
    major = connection.info.server_version // 10000
    parameters = {"parts": list(parts), "column": column}
    rows = connection.execute(statement("hanging_constraints", major).encode(), parameters).fetchall()
    keys = ("oid", "relation", "table", "name", "kind", "definition", "comment", "below")
    found = [Found(**dict(zip(keys, row, strict=True))) for row in rows]
    return [each for each in found if not each.name.startswith(OURS)]


def swap(
    connection: Connection,
    parts: Sequence[int],
    names: tuple[str, str],
    copies: Mapping[tuple[int, str], str],
    problems: list[str],
) -> Swap:
    """Exchanges the constraints of column `names[0]` for those of `names[1]`."""
    leaving, taking = names
    hidden_names = set(copies.values())
    beside = {(each.relation, each.name): each for each in read(connection, parts, taking)}
    found = Swap()
    used = set()
    for old in read(connection, parts, leaving):
        # What reads both columns is seen from each side; a copy that was made beside is not itself exchanged.
        if old.name in hidden_names:
            continue
        hidden = copies.get((old.relation, old.name))
        twin = beside.get((old.relation, hidden)) if hidden else None
        if twin is None:
            since = "is gone" if hidden else f"was added since the plan was made ({old.definition})"
            problems.append(f"constraint {ident(hidden or old.name)} of {old.table} {since}")
            continue
        used.add((twin.relation, twin.name))
        found.drop.append(f"ALTER TABLE {old.table} DROP CONSTRAINT {ident(old.name)}")
        found.adopt.append(f"ALTER TABLE {old.table} RENAME CONSTRAINT {ident(twin.name)} TO {ident(old.name)}")
        names_below = {relation: name for relation, _, name in old.below}
        found.adopt += [
            f"ALTER TABLE {table} RENAME CONSTRAINT {ident(name)} TO {ident(names_below.get(relation, old.name))}"
            for relation, table, name in twin.below
        ]
        if old.comment is not None:
            found.adopt.append(f"COMMENT ON CONSTRAINT {ident(old.name)} ON {old.table} IS {literal(old.comment)}")
        found.proofs.append((_definition(old), old.definition))
    unused = [each for each in beside.values() if each.name in hidden_names and (each.relation, each.name) not in used]
    found.drop += [f"ALTER TABLE {each.table} DROP CONSTRAINT {ident(each.name)}" for each in unused]
    return found


def _definition(constraint: Found) -> str:
    return (
        "pg_catalog.pg_get_constraintdef((SELECT oid FROM pg_catalog.pg_constraint "
        f"WHERE conrelid = {constraint.relation} AND conname = {literal(constraint.name)}))"
    )
