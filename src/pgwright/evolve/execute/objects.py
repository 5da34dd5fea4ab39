"""Objects that are no tables: who is meant, what it is called now, what hangs on it, and how it is dropped or renamed.

A step names an object as `pg_get_object_address` takes it; once found it is known by the catalog that holds it and by
its oid there, because a name may go to somebody else. What is said about an object is said by the server itself. It
refuses to use CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ...base.errors import LockNotObtained
from ...sql.quote import ident, literal

Connection = psycopg.Connection[tuple[Any, ...]]

_WORDS = {
    # Of the three it is the one that takes any of them by its argument types, aggregates without any too.
    "function": "ROUTINE",
    "procedure": "ROUTINE",
    "aggregate": "ROUTINE",
    "foreign-data wrapper": "FOREIGN DATA WRAPPER",
    "statistics object": "STATISTICS",
}
"""What DDL calls a kind of object, where it is not what `pg_identify_object` calls it."""


@dataclass(frozen=True)
class Address:
    """An object of the database: the oid of the catalog that holds it, and its own."""

    catalog: int
    oid: int


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What an object is called now. `sql` is how DDL names it behind its kind (`public.f(integer)`, `tr ON public.t`),
    `kind` as in `pg_identify_object`, `schema` and `name` "" where it has none of its own."""

    kind: str
    schema: str
    name: str
    sql: str

    @property
    def words(self) -> str:
        """The object behind its kind, as in DROP and ALTER."""
        return f"{_WORDS.get(self.kind, self.kind.upper())} {self.sql}"


def find(connection: Connection, thing: Mapping[str, Any]) -> Address | None:
    """The object that the parameter `thing` (kind, names, args) means, None where there is none."""
    if thing.get("any"):
        return _by_name(connection, thing["names"])
    try:
        with connection.transaction():
            row = connection.execute(
                "SELECT classid::bigint, objid::bigint FROM pg_catalog.pg_get_object_address(%s, %s, %s)",
                (thing["kind"], list(thing["names"]), list(thing["args"])),
            ).fetchone()
    except (psycopg.errors.ProgrammingError, psycopg.errors.DataError) as error:
        if (error.sqlstate or "")[:2] not in ("42", "3F", "22"):
            raise
        return None
    return Address(row[0], row[1]) if row and row[1] else None


_BY_NAME = """
SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::oid::bigint, p.oid::bigint FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = %(name)s AND CASE WHEN %(schema)s::text IS NULL THEN pg_catalog.pg_function_is_visible(p.oid)
      ELSE n.nspname = %(schema)s END
"""


def _by_name(connection: Connection, names: Iterable[str]) -> Address | None:
    """A function that is named without its arguments; None where there are several, of which the server will say so."""
    *schema, name = names
    values = {"name": name, "schema": schema[-1] if schema else None}
    rows = connection.execute(_BY_NAME, values).fetchall()
    return Address(*rows[0]) if len(rows) == 1 else None


def identity(connection: Connection, address: Address | None) -> Identity | None:
    """What the object is called now, None where it is gone."""
    if address is None:
        return None
    row = connection.execute(
        "SELECT i.type, coalesce((pg_catalog.parse_ident(i.schema))[1], ''), "
        "coalesce((pg_catalog.parse_ident(i.name))[1], ''), i.identity "
        "FROM pg_catalog.pg_identify_object(%s::oid, %s::oid, 0) i WHERE i.identity IS NOT NULL",
        (address.catalog, address.oid),
    ).fetchone()
    if row is None:
        return None
    found = Identity(kind=row[0], schema=row[1], name=row[2], sql=row[3])
    return found if found.name else Identity(kind=row[0], schema=row[1], name=_name(connection, address), sql=row[3])


_NAME_COLUMNS = """
SELECT a.attname FROM pg_catalog.pg_attribute a
WHERE a.attrelid = %s AND a.attname = ANY (ARRAY['proname', 'tgname', 'polname', 'rulename', 'oprname', 'collname',
    'stxname', 'evtname', 'typname', 'relname', 'conname', 'extname', 'pubname'])
"""


def _name(connection: Connection, address: Address) -> str:
    """The name that the server leaves out where a name alone does not say who is meant (functions, triggers)."""
    column = connection.execute(_NAME_COLUMNS, (address.catalog,)).fetchone()
    table = table_of(connection, address)
    if column is None or table is None:
        return ""
    query = sql.SQL("SELECT {} FROM {} WHERE oid = %s").format(sql.Identifier(column[0]), table)
    row = connection.execute(query, (address.oid,)).fetchone()
    return str(row[0]) if row else ""


def table_of(connection: Connection, address: Address) -> sql.Identifier | None:
    """The catalog that holds the object, as a name."""
    row = connection.execute("SELECT relname FROM pg_catalog.pg_class WHERE oid = %s", (address.catalog,)).fetchone()
    return sql.Identifier("pg_catalog", row[0]) if row else None


def examined(
    connection: Connection, thing: Mapping[str, Any], others: Iterable[Mapping[str, Any]]
) -> tuple[str, tuple[str, ...]] | None:
    """What `thing` is called, behind its kind, and what hangs on it but for `others`; None where there is none. Raises
    LockNotObtained where another session holds what has to be read."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SELECT pg_catalog.set_config('lock_timeout', '2s', true)")
            address = find(connection, thing)
            found = identity(connection, address)
            if address is None or found is None:
                return None
            rest = [each for other in others if (each := find(connection, other)) is not None]
            return found.words, hanging(connection, [address, *rest])
    except psycopg.errors.LockNotAvailable as error:
        raise LockNotObtained(
            f"{thing['kind']} {'.'.join(thing['names'])} could not be read: another session holds its table.",
            hint="Run the same command again when that session has ended its transaction.",
        ) from error


def hanging(connection: Connection, addresses: Iterable[Address]) -> tuple[str, ...]:
    """What would have to go as well if the objects were dropped, as the server describes it."""
    found = list(addresses)
    values = {"classes": [each.catalog for each in found], "objects": [each.oid for each in found]}
    rows = connection.execute(_hanging(), values).fetchall()
    return tuple(dict.fromkeys(str(row[0]) for row in rows))


@cache
def _hanging() -> bytes:
    return Path(__file__).with_name("hanging.sql").read_bytes()


def drop(found: Identity) -> str:
    """The statement that drops the object, if nothing hangs on it."""
    return f"DROP {found.words}"


def rename(found: Identity, name: str) -> str:
    """The statement that gives the object another name."""
    return f"ALTER {found.words} RENAME TO {ident(name)}"


def relation_of(connection: Connection, address: Address) -> int:
    """The table or view that a trigger, policy, rule or statistics object stands on, 0 for any other."""
    row = connection.execute(_RELATION, (address.catalog, address.oid)).fetchone()
    return int(row[0]) if row else 0


_RELATION = """
WITH wanted (catalog, oid) AS (SELECT %s::oid, %s::oid)
SELECT t.tgrelid::bigint FROM pg_catalog.pg_trigger t JOIN wanted w ON w.catalog = t.tableoid AND w.oid = t.oid
UNION ALL
SELECT p.polrelid::bigint FROM pg_catalog.pg_policy p JOIN wanted w ON w.catalog = p.tableoid AND w.oid = p.oid
UNION ALL
SELECT r.ev_class::bigint FROM pg_catalog.pg_rewrite r JOIN wanted w ON w.catalog = r.tableoid AND w.oid = r.oid
UNION ALL
SELECT s.stxrelid::bigint FROM pg_catalog.pg_statistic_ext s
JOIN wanted w ON w.catalog = s.tableoid AND w.oid = s.oid
"""


def comment_of(connection: Connection, address: Address) -> str | None:
    """What is said of the object."""
    row = connection.execute(
        "SELECT description FROM pg_catalog.pg_description WHERE classoid = %s AND objoid = %s AND objsubid = 0",
        (address.catalog, address.oid),
    ).fetchone()
    return str(row[0]) if row else None


def comment(found: Identity, text: str | None) -> str:
    """The statement that sets the comment of the object."""
    return f"COMMENT ON {found.words} IS {literal(text) if text is not None else 'NULL'}"


def again(connection: Connection, found: Identity, before: Address) -> Address:
    """Where the object is now that was called so, in the same catalog."""
    row = connection.execute(_NAME_COLUMNS, (before.catalog,)).fetchone()
    table = table_of(connection, before)
    if identity(connection, before) is not None or row is None or table is None:
        return before
    query = sql.SQL("SELECT oid::bigint FROM {} WHERE {} = %s").format(table, sql.Identifier(row[0]))
    places = [Address(before.catalog, each[0]) for each in connection.execute(query, (found.name,)).fetchall()]
    return next((each for each in places if (now := identity(connection, each)) and now.sql == found.sql), before)
