"""How an object that is no table is defined now, as statements that make it so again.

`core` is the definition proper, by which a later change of somebody else is told; `around` what stands beside it and a
statement that replaces the object leaves alone: owner, rights, comments, state. They are read with a search_path in
which every name is qualified, and what cannot be told whole has no core.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import sql

from .. import objects
from ..objects import Address, Connection, Identity
from . import acting, around, others, routines, views

_CORES: dict[str, Callable[[Connection, Address, Identity], list[str] | None]] = {
    "function": routines.core,
    "procedure": routines.core,
    "view": views.core,
    "trigger": acting.trigger,
    "policy": acting.policy,
    "rule": acting.rule,
    "event trigger": acting.event_trigger,
    "statistics object": others.statistics,
    "sequence": others.sequence,
    "publication": others.publication,
    "extension": others.extension,
    "cast": others.cast,
}


@contextmanager
def qualifying(connection: Connection) -> Iterator[None]:
    """Within it the server deparses with every name in its schema."""
    row = connection.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
    assert row is not None
    connection.execute("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)")
    yield
    connection.execute("SELECT pg_catalog.set_config('search_path', %s, true)", (row[0],))


def core(connection: Connection, address: Address) -> list[str] | None:
    """The statements that make the object, or make it so again where it is there; None where nobody can tell."""
    found = objects.identity(connection, address)
    read = _CORES.get(found.kind) if found else None
    if found is None or read is None:
        return None
    with qualifying(connection):
        return read(connection, address, found)


def beside(connection: Connection, address: Address) -> list[str]:
    """The statements for owner, rights, comments and state of the object, for one that is made anew."""
    found = objects.identity(connection, address)
    if found is None:
        return []
    with qualifying(connection):
        return around.statements(connection, address, found)


def digest(connection: Connection, address: Address) -> str:
    """One value of the definition proper: of its core, or of its row in the catalog; "" for an object that is gone.
    Owner, rights and comment are not in it, because going back leaves them alone."""
    found = objects.identity(connection, address)
    if found is None:
        return ""
    known = core(connection, address)
    told = known if known is not None else _row(connection, address)
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()


_LEFT_OUT = ("acl", "owner", "relpages", "reltuples", "relallvisible", "relallfrozen", "relfrozenxid", "relminmxid")
_LEFT_OUT_ENDS = ("relfilenode", "relhasindex", "relhastriggers", "relhasrules")


def _row(connection: Connection, address: Address) -> dict[str, object]:
    table = objects.table_of(connection, address)
    if table is None:
        return {}
    query = sql.SQL("SELECT pg_catalog.to_jsonb(r) FROM {} r WHERE r.oid = %s").format(table)
    row = connection.execute(query, (address.oid,)).fetchone()
    kept = dict(row[0]) if row else {}
    parts = connection.execute(_PARTS, {"oid": address.oid}).fetchone()
    left = {name for name in kept if name.endswith(_LEFT_OUT) or name in _LEFT_OUT_ENDS}
    return {"row": {name: value for name, value in kept.items() if name not in left}, "parts": parts and parts[0]}


# What belongs to a type or a materialized view and stands in other catalogs.
_PARTS = """
SELECT pg_catalog.jsonb_build_array(
    (SELECT pg_catalog.jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
     WHERE e.enumtypid = %(oid)s),
    (SELECT pg_catalog.jsonb_agg(pg_catalog.format('%%s %%s', a.attname,
                pg_catalog.format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     WHERE (c.oid = %(oid)s OR c.reltype = %(oid)s) AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT pg_catalog.md5(pg_catalog.pg_get_viewdef(c.oid)) FROM pg_catalog.pg_class c
     WHERE c.oid = %(oid)s AND c.relkind IN ('v', 'm')))
"""
