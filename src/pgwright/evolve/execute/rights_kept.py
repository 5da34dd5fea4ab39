"""Rights as they are, and the statements that lead from one state of them to another.

GRANT and REVOKE may be about many objects (ALL TABLES IN SCHEMA), so what they changed is read off the catalogs before
and after, and not out of the statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from ...sql.quote import ident
from . import moved, objects
from .objects import Address

Connection = psycopg.Connection[tuple[Any, ...]]
Key = tuple[str, int, int, int, str]
"""Catalog, object, column or schema, owner, and the letter of `acldefault`."""
Right = tuple[str, str, bool]
"""Who ("" for everybody), what, and whether he may give it on."""

_KINDS = {
    "sequence": "SEQUENCE",
    "function": "ROUTINE",
    "procedure": "ROUTINE",
    "aggregate": "ROUTINE",
    "schema": "SCHEMA",
    "type": "TYPE",
    "language": "LANGUAGE",
    "foreign-data wrapper": "FOREIGN DATA WRAPPER",
    "server": "FOREIGN SERVER",
    "database": "DATABASE",
}
_DEFAULTS = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES", "n": "SCHEMAS", "L": "LARGE OBJECTS"}


def picture(connection: Connection) -> dict[Key, list[str]]:
    """All rights that differ from what an owner has by himself."""
    rows = connection.execute(_query()).fetchall()
    return {(row[0], row[1], row[2], row[3], row[4]): sorted(row[5]) for row in rows}


@cache
def _query() -> bytes:
    return Path(__file__).with_name("rights_kept.sql").read_bytes()


def differences(before: Mapping[Key, list[str]], after: Mapping[Key, list[str]]) -> list[dict[str, Any]]:
    """What the journal keeps: each key whose rights changed, None where they were or are the usual ones."""
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return [{"key": list(key), "before": before.get(key), "after": after.get(key)} for key in sorted(changed)]


def now(connection: Connection, item: Mapping[str, Any]) -> Key:
    """The key of an item of `differences` as it is now: a view may have been made anew on the way back."""
    class_, object_, part, owner, letter = item["key"]
    if class_ == "pg_default_acl":
        return (class_, object_, part, owner, letter)
    row = connection.execute("SELECT pg_catalog.to_regclass(%s)::oid::bigint", (f"pg_catalog.{class_}",)).fetchone()
    found = moved.follow(connection, Address(row[0], object_)) if row else None
    return (class_, found.oid if found is not None else object_, part, owner, letter)


def statements(connection: Connection, item: Mapping[str, Any]) -> list[str]:
    """The GRANTs and REVOKEs that bring back what an item of `differences` was before; none for what is gone."""
    key: Key = tuple(item["key"])
    words = _words(connection, key)
    if words is None:
        return []
    before, after = (set(_rights(connection, key, item[each])) for each in ("before", "after"))
    found = []
    for who, what, grantable in sorted(after - before):
        less = (who, what, False) in before and grantable
        found.append(words(what, who, give=False, option=less))
    for who, what, grantable in sorted(before - after):
        found.append(words(what, who, give=True, option=grantable))
    return found


def _rights(connection: Connection, key: Key, acl: list[str] | None) -> list[Right]:
    class_, object_, part, owner, letter = key
    # In a schema default privileges add to those that hold everywhere, and a column has none of its own.
    bare = (class_ == "pg_default_acl" and part != 0) or letter == "c"
    if acl == [] or (acl is None and bare):
        return []
    of = object_ if class_ == "pg_default_acl" else owner
    rows = connection.execute(
        "SELECT CASE WHEN grantee = 0 THEN '' ELSE pg_catalog.pg_get_userbyid(grantee) END, privilege_type, "
        "is_grantable FROM pg_catalog.aclexplode("
        'coalesce(%(acl)s::aclitem[], pg_catalog.acldefault(%(letter)s::"char", %(owner)s::oid)))',
        {"acl": acl, "letter": letter, "owner": of},
    ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


def _words(connection: Connection, key: Key) -> Any:
    """How a right on the object is given and taken; None where it is gone."""
    class_, object_, part, _, letter = key
    if class_ == "pg_default_acl":
        return _defaults(connection, object_, part, letter)
    row = connection.execute("SELECT pg_catalog.to_regclass(%s)::oid::bigint", (f"pg_catalog.{class_}",)).fetchone()
    found = objects.identity(connection, Address(row[0], object_)) if row else None
    if found is None:
        return None
    column = ""
    if part:
        name = connection.execute(
            "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attnum = %s AND NOT attisdropped",
            (object_, part),
        ).fetchone()
        if name is None:
            return None
        column = f" ({ident(name[0])})"
    on = f"{_KINDS.get(found.kind, 'TABLE')} {found.sql}"

    def say(what: str, who: str, *, give: bool, option: bool) -> str:
        to = ident(who) if who else "PUBLIC"
        if give:
            return f"GRANT {what}{column} ON {on} TO {to}{' WITH GRANT OPTION' if option else ''}"
        return f"REVOKE {'GRANT OPTION FOR ' if option else ''}{what}{column} ON {on} FROM {to}"

    return say


def _defaults(connection: Connection, role: int, schema: int, letter: str) -> Any:
    row = connection.execute(
        "SELECT pg_catalog.pg_get_userbyid(%s), (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = %s)",
        (role, schema),
    ).fetchone()
    if row is None or (schema and row[1] is None):
        return None
    within = f" IN SCHEMA {ident(row[1])}" if schema else ""
    head = f"ALTER DEFAULT PRIVILEGES FOR ROLE {ident(row[0])}{within}"

    def say(what: str, who: str, *, give: bool, option: bool) -> str:
        to = ident(who) if who else "PUBLIC"
        if give:
            return f"{head} GRANT {what} ON {_DEFAULTS[letter]} TO {to}{' WITH GRANT OPTION' if option else ''}"
        return f"{head} REVOKE {'GRANT OPTION FOR ' if option else ''}{what} ON {_DEFAULTS[letter]} FROM {to}"

    return say
