"""What stands beside the definition of an object: its owner, its rights, what is said of it, what acts on it.

It is needed where an object is made anew on the way back; what is put back in its place keeps all of it.
"""

from __future__ import annotations

from ....sql.quote import ident, literal
from .. import objects
from ..objects import Address, Connection, Identity
from . import acting

_OWNERS = {
    "function": "SELECT proowner FROM pg_catalog.pg_proc WHERE oid = %s",
    "procedure": "SELECT proowner FROM pg_catalog.pg_proc WHERE oid = %s",
    "materialized view": "SELECT relowner FROM pg_catalog.pg_class WHERE oid = %s",
    "view": "SELECT relowner FROM pg_catalog.pg_class WHERE oid = %s",
    "statistics object": "SELECT stxowner FROM pg_catalog.pg_statistic_ext WHERE oid = %s",
    "event trigger": "SELECT evtowner FROM pg_catalog.pg_event_trigger WHERE oid = %s",
    "publication": "SELECT pubowner FROM pg_catalog.pg_publication WHERE oid = %s",
}
_RIGHTS = {
    "function": "SELECT proacl, pg_catalog.acldefault('f', proowner) FROM pg_catalog.pg_proc WHERE oid = %s",
    "procedure": "SELECT proacl, pg_catalog.acldefault('f', proowner) FROM pg_catalog.pg_proc WHERE oid = %s",
    "materialized view": "SELECT relacl, pg_catalog.acldefault('r', relowner) FROM pg_catalog.pg_class WHERE oid = %s",
    "view": "SELECT relacl, pg_catalog.acldefault('r', relowner) FROM pg_catalog.pg_class WHERE oid = %s",
}
_ON = {"view": "TABLE", "materialized view": "TABLE"}


def statements(connection: Connection, address: Address, found: Identity) -> list[str]:
    """The statements that give the object all of it, when it has just been made."""
    made = [*_owner(connection, address, found), *_rights(connection, address, found)]
    if (said := objects.comment_of(connection, address)) is not None:
        made.append(objects.comment(found, said))
    return [*made, *_of_view(connection, address, found)]


def _owner(connection: Connection, address: Address, found: Identity) -> list[str]:
    if found.kind not in _OWNERS:
        return []
    query = f"SELECT pg_catalog.pg_get_userbyid(({_OWNERS[found.kind]}))"
    row = connection.execute(query.encode(), (address.oid,)).fetchone()
    return [f"ALTER {found.words} OWNER TO {ident(row[0])}"] if row else []


def _rights(connection: Connection, address: Address, found: Identity) -> list[str]:
    """Default privileges may have given other ones to what was just made: they go first."""
    if found.kind not in _RIGHTS:
        return []
    on = f"{_ON.get(found.kind, '')} {found.sql}".strip() if found.kind in _ON else found.words
    query = (
        f"SELECT granted.grantee, granted.privilege_type, granted.is_grantable FROM ({_RIGHTS[found.kind]}) "
        "given (acl, usual), pg_catalog.aclexplode(coalesce(given.acl, given.usual)) granted"
    )
    rows = connection.execute(
        f"SELECT CASE WHEN grantee = 0 THEN '' ELSE pg_catalog.pg_get_userbyid(grantee) END, privilege_type, "
        f"is_grantable FROM ({query}) all_ ORDER BY 1, 2".encode(),
        (address.oid,),
    ).fetchall()
    grants = [
        f"GRANT {privilege} ON {on} TO {ident(who) if who else 'PUBLIC'}{' WITH GRANT OPTION' if grantable else ''}"
        for who, privilege, grantable in rows
    ]
    given = connection.execute(_GIVEN_BY_DEFAULT).fetchall()
    away = [f"REVOKE ALL ON {on} FROM {ident(who) if who else 'PUBLIC'}" for (who,) in given]
    return [*away, *grants, *_column_rights(connection, address, on)]


_GIVEN_BY_DEFAULT = """
SELECT ''
UNION
SELECT pg_catalog.pg_get_userbyid(g.grantee) FROM pg_catalog.pg_default_acl d, pg_catalog.aclexplode(d.defaclacl) g
WHERE g.grantee <> 0 AND g.grantee <> d.defaclrole
ORDER BY 1
"""
_COLUMN_RIGHTS = """
SELECT a.attname, CASE WHEN g.grantee = 0 THEN '' ELSE pg_catalog.pg_get_userbyid(g.grantee) END, g.privilege_type,
       g.is_grantable
FROM pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) g
WHERE %s = 'pg_catalog.pg_class'::pg_catalog.regclass AND a.attrelid = %s AND a.attnum > 0 ORDER BY a.attnum, 2, 3
"""


def _column_rights(connection: Connection, address: Address, on: str) -> list[str]:
    rows = connection.execute(_COLUMN_RIGHTS, (address.catalog, address.oid)).fetchall()
    return [
        f"GRANT {privilege} ({ident(column)}) ON {on} TO {ident(who) if who else 'PUBLIC'}"
        f"{' WITH GRANT OPTION' if grantable else ''}"
        for column, who, privilege, grantable in rows
    ]


def _of_view(connection: Connection, address: Address, found: Identity) -> list[str]:
    """The comments of its columns, its INSTEAD OF triggers and its rules."""
    if found.kind not in ("view", "materialized view"):
        return []
    comments = connection.execute(
        "SELECT a.attname, d.description FROM pg_catalog.pg_description d JOIN pg_catalog.pg_attribute a "
        "ON a.attrelid = d.objoid AND a.attnum = d.objsubid "
        "WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = %s ORDER BY a.attnum",
        (address.oid,),
    ).fetchall()
    made = [f"COMMENT ON COLUMN {found.sql}.{ident(name)} IS {literal(said)}" for name, said in comments]
    parts = connection.execute(
        "SELECT tableoid::bigint, oid::bigint FROM pg_catalog.pg_trigger WHERE tgrelid = %(oid)s AND NOT tgisinternal "
        "UNION ALL SELECT tableoid::bigint, oid::bigint FROM pg_catalog.pg_rewrite "
        "WHERE ev_class = %(oid)s AND rulename <> '_RETURN'",
        {"oid": address.oid},
    ).fetchall()
    for part in (Address(*row) for row in parts):
        made += _part(connection, part)
    return made


def _part(connection: Connection, part: Address) -> list[str]:
    found = objects.identity(connection, part)
    if found is None:
        return []
    core = (acting.trigger if found.kind == "trigger" else acting.rule)(connection, part, found) or []
    said = objects.comment_of(connection, part)
    return [*core, *([objects.comment(found, said)] if said is not None else [])]
