"""Foreign keys that point to a column which leaves: each gets a twin that points to the one that takes over.

Which they are is asked when it is done, not when it is planned: another change may have brought or renamed some.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql import alter
from ....sql.quote import ident, literal
from ...sync.naming import twin_name
from .swap import Swap

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A foreign key as it is now, on table `relation`."""

    oid: int
    relation: int
    table: str
    name: str
    definition: str
    validated: bool
    comment: str | None


_KEYS = ("oid", "relation", "table", "name", "definition", "validated", "comment")


def read(connection: Connection, parts: Sequence[int], column: str) -> list[Found]:
    """The foreign keys that point to `column`."""
    major = connection.info.server_version // 10000
    parameters = {"parts": list(parts), "column": column}
    rows = connection.execute(statement("hanging_references", major).encode(), parameters).fetchall()
    return [Found(**dict(zip(_KEYS, row, strict=True))) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A foreign key, what its twin is called, the statement that adds it, and the twin where it is there."""

    original: Found
    name: str
    statement: str
    twin: Found | None


def pairs(connection: Connection, parts: Sequence[int], names: tuple[str, str], link: str, tag: str) -> list[Pair]:
    """The foreign keys that point to `names[0]`, each with its twin, which points to `names[1]`."""
    leaving, taking = names
    twins = {(each.relation, each.name): each for each in read(connection, parts, taking)}
    found = []
    for each in read(connection, parts, leaving):
        name = twin_name(link, each.name, tag)
        statement = alter.pointing_elsewhere(each.table, name, each.definition, {leaving: taking})
        found.append(Pair(original=each, name=name, statement=statement, twin=twins.get((each.relation, name))))
    return found


def swap(
    connection: Connection, parts: Sequence[int], names: tuple[str, str], link: str, tag: str, problems: list[str]
) -> Swap:
    """Exchanges the foreign keys that point to `names[0]` for their twins, which point to `names[1]`."""
    found, used = Swap(), set()
    for pair in pairs(connection, parts, names, link, tag):
        old, twin = pair.original, pair.twin
        if twin is None or (old.validated and not twin.validated):
            problems.append(f"foreign key {ident(old.name)} of {old.table} points to it and was made since")
            continue
        used.add(twin.oid)
        found.drop.append(f"ALTER TABLE {old.table} DROP CONSTRAINT {ident(old.name)}")
        found.adopt.append(f"ALTER TABLE {old.table} RENAME CONSTRAINT {ident(pair.name)} TO {ident(old.name)}")
        if old.comment is not None:
            found.adopt.append(f"COMMENT ON CONSTRAINT {ident(old.name)} ON {old.table} IS {literal(old.comment)}")
        found.proofs.append((_definition(old), old.definition))
    found.drop += drops(connection, parts, names[1], but=used)
    return found


def _definition(each: Found) -> str:
    return (
        "pg_catalog.pg_get_constraintdef((SELECT oid FROM pg_catalog.pg_constraint "
        f"WHERE conrelid = {each.relation} AND conname = {literal(each.name)}))"
    )


def drops(connection: Connection, parts: Sequence[int], column: str, *, but: Collection[int] = ()) -> list[str]:
    """What takes the twins that point to `column` away (`but` these oids), so that its unique index can go."""
    return [
        f"ALTER TABLE {each.table} DROP CONSTRAINT {ident(each.name)}"
        for each in read(connection, parts, column)
        if each.name.startswith("pgw_") and each.oid not in but
    ]
