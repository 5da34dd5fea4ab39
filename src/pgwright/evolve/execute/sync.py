"""Installs, regenerates and removes the sync triggers of a table: statements for the transaction of a step.

The function set belongs to the table and is composed over all its open links, so every transition makes it anew.
Everything here is computed before the lock is taken; what it was computed from is compared once it is held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from ...base.errors import CatalogMoved, Refused
from ...sql.quote import ident, qualified
from ..sync import naming, text
from ..sync.link import Link, SyncTable
from . import journal
from .live import Live

Connection = psycopg.Connection[tuple[Any, ...]]


def install(table: SyncTable, links: Sequence[Link]) -> list[str]:
    """Makes functions and triggers of the table for `links`, on a table without ours; removes the functions when
    there are no links."""
    if not links:
        return text.drop_functions(table.oid)
    return [*text.functions(table, links), *text.triggers(table, links)]


def uninstall(live: Live) -> list[str]:
    """Drops our triggers, so that columns can be dropped and renamed."""
    return text.drop_triggers(live.ours())


def with_names(table: SyncTable, names: Mapping[int, str], *, without: Sequence[int] = ()) -> SyncTable:
    """The table after columns were renamed or added (`names`) and dropped (`without`)."""
    changed = {number: name for number, name in {**table.names, **names}.items() if number not in without}
    return replace(table, names=changed)


def recorded(live: Live) -> list[list[Any]]:
    """What the sync triggers were composed around: name, table, function, kind and state of each user's trigger."""
    return sorted([each.name, each.relation, each.function_oid, each.kind, each.enabled] for each in live.users())


def noted(link: Link, live: Live) -> Link:
    """The link with the users' triggers of now on record."""
    return replace(link, extra={**link.extra, "triggers": recorded(live)})


def digest(connection: Connection, relation: int) -> str:
    """One value of all that a change of the table is prepared from: columns, triggers, constraints, what depends on its
    columns, its parts, and its links in the journal."""
    row = connection.execute(_digest(), {"relation": relation}).fetchone()
    return str(row[0]) if row else ""


@cache
def _digest() -> bytes:
    return Path(__file__).with_name("digest.sql").read_bytes()


def current(connection: Connection, link_id: str, relation: int) -> Link | None:
    """The open link as the journal has it now, None where it is not open."""
    return next((link for link in journal.links(connection, relation) if link.id == link_id), None)


def check_number(connection: Connection, relation: int, link: Link) -> None:
    """The new column must get the attnum that the plan gave it: other links refer to it by that."""
    row = connection.execute("SELECT relnatts + 1 FROM pg_catalog.pg_class WHERE oid = %s", (relation,)).fetchone()
    if row is None or row[0] != link.new:
        raise CatalogMoved(
            f"the table of column {link.old_name} got columns since the plan was made",
            hint="Roll back with `pgwright rollback`, then plan and expand again.",
        )


def has_check(connection: Connection, relation: int, link_id: str) -> bool:
    """Whether the in-sync check of the link stands on the table."""
    name = naming.check_name(link_id)
    row = connection.execute(
        "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s", (relation, name)
    )
    return row.fetchone() is not None


def add_check(table: SyncTable, link: Link) -> str:
    """Adds the in-sync check of a link, NOT VALID."""
    return text.add_check(link, table)


def drop_check(table: SyncTable, link: Link) -> str:
    """Drops the in-sync check of a link, if it stands."""
    return f"ALTER TABLE {table.root_sql} DROP CONSTRAINT IF EXISTS {ident(naming.check_name(link.id))}"


def rename(table: SyncTable, old: str, new: str) -> str:
    """Renames a column natively."""
    return f"ALTER TABLE {table.root_sql} RENAME COLUMN {ident(old)} TO {ident(new)}"


_DECLARED = """
WITH RECURSIVE below (oid, depth) AS (
    SELECT inhrelid, 1 FROM pg_catalog.pg_inherits WHERE inhparent = %(root)s
    UNION
    SELECT i.inhrelid, below.depth + 1 FROM below JOIN pg_catalog.pg_inherits i ON i.inhparent = below.oid
)
SELECT n.nspname, c.relname FROM below JOIN pg_catalog.pg_class c USING (oid)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = %(column)s AND a.attislocal
WHERE NOT c.relispartition GROUP BY 1, 2 ORDER BY pg_catalog.max(below.depth), 1, 2
"""


def declared_in(connection: Connection, table: SyncTable, column: str) -> list[tuple[str, str]]:
    """The children, as (schema, name), parents first, that have declared the column themselves: they keep it when it
    is dropped above them."""
    return connection.execute(_DECLARED, {"root": table.oid, "column": column}).fetchall()


def drop_column(connection: Connection, table: SyncTable, column: str, *, now: str = "") -> list[str]:
    """Drops the column with what children have declared of it. `now` is what it is called until the statements run."""
    names = declared_in(connection, table, now or column)
    drops = (f"ALTER TABLE {qualified(*each)} DROP COLUMN {ident(column)}" for each in names)
    return [f"ALTER TABLE {table.root_sql} DROP COLUMN {ident(column)}", *drops]


_DEPENDENTS = """
SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_catalog.pg_depend d
WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY(%(parts)s::oid[]) AND d.deptype IN ('n', 'a')
  AND d.refobjsubid = (SELECT attnum FROM pg_catalog.pg_attribute a WHERE a.attrelid = d.refobjid AND a.attname =
  %(name)s)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND
  c.oid = d.objid
                  AND (c.conname LIKE 'pgw\\_%%' OR c.contype = 'n'))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class i WHERE d.classid = 'pg_catalog.pg_class'::regclass AND
  i.oid = d.objid AND i.relkind IN ('i', 'I') AND (i.relname LIKE 'pgw\\_%%'
                  -- a part of a larger index, which PostgreSQL itself gives to partitions that come
                  OR EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.oid)))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE d.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid =
  d.objid)
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
    statement = (
        f"SELECT pg_catalog.left(pg_catalog.to_jsonb(r)::text, 300) FROM {table.root_sql} r "
        f"WHERE {condition} LIMIT {limit}"
    )
    return [row[0] for row in connection.execute(statement.encode()).fetchall()]


def in_sync(table: SyncTable, link: Link) -> str:
    """The in-sync expression of a link with the names of now."""
    return text.in_sync(link, table)
