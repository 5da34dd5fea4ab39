"""What keeps a relation from being dropped: everything that hangs on it, each by its name. It never uses CASCADE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

from ...base.lock import LockMode
from ...base.name import RelationName
from ..steps.step import Lock
from . import objects

Connection = psycopg.Connection[tuple[Any, ...]]
PG_CLASS = 1259
"""The oid of the catalog that holds relations, on every server (RelationRelationId in pg_class.h, 14 to 18)."""


def hanging(connection: Connection, oids: Iterable[int]) -> tuple[str, ...]:
    """What would have to go as well if the relations were dropped in one statement, as the server describes it."""
    return objects.hanging(connection, [objects.Address(PG_CLASS, oid) for oid in oids])


def name_of(connection: Connection, oid: int) -> RelationName | None:
    """What the relation is called now, None where it is gone."""
    row = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s",
        (oid,),
    ).fetchone()
    return RelationName(*row) if row else None


def oid_of(connection: Connection, name: RelationName) -> int:
    """Who is called so now, 0 for nobody."""
    row = connection.execute(
        "SELECT c.oid::bigint FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = %s",
        (name.schema, name.name),
    ).fetchone()
    return int(row[0]) if row else 0


_AROUND = """
SELECT confrelid::bigint FROM pg_catalog.pg_constraint WHERE conrelid = %(oid)s AND contype = 'f'
UNION
SELECT inhparent::bigint FROM pg_catalog.pg_inherits WHERE inhrelid = %(oid)s
"""


def locks_around(connection: Connection, oid: int) -> tuple[Lock, ...]:
    """What dropping the table locks besides it: the tables that it references, and its parents."""
    oids = [row[0] for row in connection.execute(_AROUND, {"oid": oid}).fetchall()]
    names = {each: name for each in oids if (name := name_of(connection, each)) is not None}
    return tuple(Lock(relation=name, oid=each, mode=LockMode.ACCESS_EXCLUSIVE) for each, name in names.items())
