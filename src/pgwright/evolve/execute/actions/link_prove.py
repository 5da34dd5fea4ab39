"""Proves that a rollback from retiring loses nothing: every row is kept in the retired column, or its count is told."""

from __future__ import annotations

from ....base.errors import PgwrightError, Refused
from ....sql.expression import has_subquery
from ....sql.quote import dollar, ident
from ...sync.link import Link, SyncTable
from .. import live, release, sync
from ..context import Context
from ..dependents import identity
from ..failure import Failure


def run(context: Context) -> None:
    """Raises Refused with the number of rows that the retired column does not hold, and a sample."""
    planned, connection = context.link(), context.connection
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return
    table = live.look(connection, link.table).table
    parts = [part.oid for part in table.parts]
    if link.new_type and (gone := identity.beyond(connection, parts, link.final_name, link.type)):
        raise Refused(
            f"{link.final_name} cannot be {link.type} again: {gone}",
            state="Nothing was changed: the migration is retiring as before, and the application is held to nothing.",
            hint="Keep the new side: pgwright contract --finalize; or restart the sequence where no row is.",
        )
    name = f"pgwright.{ident(f'kept_{link.table}')}"
    connection.execute(_kept(name, table, link).encode())
    condition = f"{name}(r) IS NOT TRUE"
    row = connection.execute(f"SELECT count(*) FROM {table.root_sql} r WHERE {condition}".encode()).fetchone()
    lost = row[0] if row else 0
    if lost:
        rows = sync.sample(connection, table, condition)
        raise Refused(
            f"{lost} row{'s' if lost > 1 else ''} cannot go back: {_known(link, 0)} does not hold what "
            f"{_known(link, 1)} has",
            reasons=tuple(rows),
            state="Nothing was changed: the migration is retiring as before, and the application is held to nothing.",
            hint=f"Give those rows a {link.final_name} that down can carry, then run `pgwright rollback` again; "
            "or keep the new side: pgwright contract --finalize",
        )
    connection.execute(f"DROP FUNCTION {name}({table.root_sql})".encode())


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """The hold ends."""
    return release.released(context, error)


def _known(link: Link, side: int) -> str:
    """The old or the new column as people know it."""
    if link.keeps_name:
        return f"{link.old_name} as {link.types[side]}"
    return (link.old_name, link.new_name)[side]


def _kept(name: str, table: SyncTable, link: Link) -> str:
    """A function that tells of one row whether the old side holds it. An error of `down` means no. It lives for this
    transaction."""
    old, new = ident(table.names[link.old]), ident(table.names[link.new])
    if has_subquery(link.up) or has_subquery(link.down):
        test = f"r.{old} IS NOT NULL OR r.{new} IS NULL"
    else:
        test = f"(SELECT {sync.in_sync(table, link)} FROM (SELECT (r).*) AS row_)"
    body = f"\n#variable_conflict use_column\nBEGIN RETURN {test}; EXCEPTION WHEN OTHERS THEN RETURN false; END"
    return (
        f"CREATE OR REPLACE FUNCTION {name}(r {table.root_sql}) RETURNS boolean LANGUAGE plpgsql STABLE "
        f"SET search_path = pg_catalog, pg_temp AS {dollar(body)}"
    )
