"""Installs, regenerates and removes the sync triggers of a table, inside the transaction of a step.

The function set belongs to the table and is composed over all its open links, so every transition makes it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from ...base.errors import CatalogMoved, Refused
from ...sql.quote import ident, literal
from ..sync import naming, text
from ..sync.link import Link, Mode, SyncTable
from . import journal, live

Connection = psycopg.Connection[tuple[Any, ...]]


def run(connection: Connection, statements: Sequence[str]) -> None:
    """Runs statements that pgwright made, in order."""
    for statement in statements:
        connection.execute(statement.encode())


def regenerate(connection: Connection, relation: int) -> None:
    """Makes functions and triggers of the table anew for the links that the journal has open, or removes them."""
    links = journal.links(connection, relation)
    now = live.look(connection, relation)
    run(connection, text.drop_triggers(now.table, now.ours()))
    if not links:
        run(connection, text.drop_functions(now.table))
        return
    run(connection, [*text.functions(now.table, links), *text.triggers(now.table, links)])


def refill(connection: Connection, relation: int) -> None:
    """Replaces the functions only: no lock on the table, the new bodies are seen at the next call."""
    now = live.look(connection, relation)
    run(connection, text.functions(now.table, journal.links(connection, relation)))


def drop_ours(connection: Connection, relation: int) -> live.Live:
    """Drops our triggers, so that columns can be dropped and renamed; returns the table without them."""
    now = live.look(connection, relation)
    run(connection, text.drop_triggers(now.table, now.ours()))
    return now


def current(connection: Connection, link_id: str, relation: int) -> Link | None:
    """The open link as the journal has it now, None where it is not open."""
    return next((link for link in journal.links(connection, relation) if link.id == link_id), None)


def set_mode(connection: Connection, link: Link, mode: Mode) -> Link:
    """Moves a link to another mode in the journal."""
    changed = replace(link, mode=mode)
    journal.replace_link(connection, changed)
    return changed


def check_number(connection: Connection, relation: int, link: Link) -> None:
    """The new column must have got the attnum that the plan gave it: others refer to it by that."""
    row = connection.execute(
        "SELECT attnum FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attname = %s AND NOT attisdropped",
        (relation, link.new_name),
    ).fetchone()
    if row is None or row[0] != link.new:
        raise CatalogMoved(
            f"the table of column {link.old_name} got or lost columns since the plan was made",
            hint="Roll back with `pgwright rollback`, then plan and expand again.",
        )


def has_check(connection: Connection, relation: int, link_id: str) -> bool:
    """Whether the in-sync check of the link stands on the table."""
    name = naming.check_name(link_id)
    row = connection.execute(
        "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s", (relation, name)
    )
    return row.fetchone() is not None


def add_check(connection: Connection, table: SyncTable, link: Link) -> None:
    """Adds the in-sync check of a link, NOT VALID."""
    connection.execute(text.add_check(link, table, (link.type, link.type)).encode())


def drop_check(connection: Connection, table: SyncTable, link: Link) -> None:
    """Drops the in-sync check of a link, if it stands."""
    name = ident(naming.check_name(link.id))
    connection.execute(f"ALTER TABLE {table.root_sql} DROP CONSTRAINT IF EXISTS {name}".encode())


_DEPENDENTS = """
SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_catalog.pg_depend d
WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY(%(parts)s::oid[]) AND d.deptype IN ('n', 'a')
  AND d.refobjsubid = (SELECT attnum FROM pg_catalog.pg_attribute a WHERE a.attrelid = d.refobjid AND a.attname = %(name)s)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND c.oid = d.objid
                  AND (c.conname LIKE 'pgw\\_in\\_sync\\_%%' OR c.contype = 'n'))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE d.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid = d.objid)
ORDER BY 1
"""


def refuse_dependents(connection: Connection, table: SyncTable, column: str, verb: str) -> None:
    """Refuses to drop a column on which somebody has built since: an index would silently go with it."""
    parts = [part.oid for part in table.parts]
    found = [row[0] for row in connection.execute(_DEPENDENTS, {"parts": parts, "name": column}).fetchall()]
    if found:
        raise Refused(
            f"column {column} cannot be dropped: others depend on it now",
            reasons=tuple(found),
            state="Nothing was changed by this step; both columns are in step as before.",
            hint=f"Drop them, or make them anew on the other column, then run `pgwright {verb}` again.",
        )


def sample(connection: Connection, table: SyncTable, condition: str, *, limit: int = 3) -> list[str]:
    """Up to `limit` rows that fulfil `condition`, as JSON texts, for error messages."""
    statement = f"SELECT pg_catalog.left(pg_catalog.to_jsonb(r)::text, 300) FROM {table.root_sql} r WHERE {condition} LIMIT {limit}"
    return [row[0] for row in connection.execute(statement.encode()).fetchall()]


def in_sync(table: SyncTable, link: Link) -> str:
    """The in-sync expression of a link with the names of now."""
    return text.in_sync(link, table, (link.type, link.type))


def setting(name: str, value: str) -> str:
    """SET LOCAL as a function call that takes any value."""
    return f"SELECT pg_catalog.set_config({literal(name)}, {literal(value)}, true)"
