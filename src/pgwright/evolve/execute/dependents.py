"""What hangs on a column and has to move when another column takes its place: default, sequence, NOT NULL, views,
policies, triggers, publications, indexes and constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from ...sql.quote import ident

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Hanging:
    """What hung on the column before the flip, deparsed while it had its old name."""

    default: str | None
    not_null: bool
    sequence: str | None

    def to_json(self) -> dict[str, Any]:
        """For the journal; `from_json` is its inverse."""
        return dict(self.__dict__)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Hanging:
        """What `to_json` wrote."""
        return cls(**data)


def read(connection: Connection, relation: int, number: int) -> Hanging:
    """What hangs on column `number` now."""
    row = connection.execute(
        "SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attnotnull, "
        "(SELECT s.oid::regclass::text FROM pg_catalog.pg_depend e JOIN pg_catalog.pg_class s ON s.oid = e.objid AND s.relkind = 'S' "
        " WHERE e.refobjid = a.attrelid AND e.refobjsubid = a.attnum AND e.deptype = 'a' LIMIT 1) "
        "FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
        "WHERE a.attrelid = %s AND a.attnum = %s",
        (relation, number),
    ).fetchone()
    assert row is not None
    return Hanging(default=row[0], not_null=row[1], sequence=row[2])


def attach(relation: str, hanging: Hanging, name: str, aside: str) -> list[str]:
    """Statements for after the exchange of names: `name` is the new column, `aside` the old one."""
    column = f"ALTER TABLE {relation} ALTER COLUMN {ident(name)}"
    retired = f"ALTER TABLE {relation} ALTER COLUMN {ident(aside)}"
    found: list[str] = []
    if hanging.default is not None:
        found += [f"{column} SET DEFAULT {hanging.default}", f"{retired} DROP DEFAULT"]
    if hanging.sequence is not None:
        found.append(f"ALTER SEQUENCE {hanging.sequence} OWNED BY {relation}.{ident(name)}")
    if hanging.not_null:
        found.append(f"{retired} DROP NOT NULL")
    return found
