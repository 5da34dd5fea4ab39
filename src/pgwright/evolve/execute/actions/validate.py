"""Validates constraints that were added NOT VALID. Where a row breaks one, what holds the application is taken back."""

from __future__ import annotations

from ....base.errors import PgwrightError, Refused
from ....sql.quote import ident, qualified
from ...steps.step import Phase
from .. import live, release, sync
from ..context import Change, Context
from ..failure import Failure
from ..leaves import leaves

_STANDS = "SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s"


def prepare(context: Context) -> Change:
    """VALIDATE CONSTRAINT of each (table oid, quoted table, constraint) that was added."""
    wanted = [tuple(each) for each in context.parameters["constraints"]]
    if context.parameters.get("leaves"):
        wanted = [
            (oid, qualified(schema, leaf), name)
            for relation, _, name in wanted
            for oid, schema, leaf in leaves(context.connection, relation)
        ]
    return Change(
        statements=tuple(
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {ident(name)}"
            for oid, table, name in wanted
            if context.connection.execute(_STANDS, (oid, name)).fetchone()
        )
    )


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """On the way back the hold ends. Before contract the helper that refuses NULL goes, and the NULLs are counted. On
    the way to `expanded` nothing: the constraint is as the new application will have it."""
    if context.step.phase is Phase.RESTORE:
        return release.released(context, error)
    if context.step.phase is not Phase.CONTRACT:
        return None
    link, column = context.link(), str(context.parameters["column"])
    table = live.look(context.connection, link.table).table
    condition = f"r.{ident(column)} IS NULL"
    row = context.connection.execute(f"SELECT count(*) FROM {table.root_sql} r WHERE {condition}".encode()).fetchone()
    count = row[0] if row else 0
    told = Refused(
        f"{link.old_name} is NOT NULL, and {column}, which is to take its place, is NULL in {count} "
        f"row{'s' if count != 1 else ''}",
        reasons=tuple(sync.sample(context.connection, table, condition)),
        state="Nothing was changed: both columns are in step as before, and NULL is not refused.",
        hint=f"Give those rows a {column}, then run `pgwright contract` again; or undo: pgwright rollback",
    )
    statements = tuple(
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {ident(name)}"
        for _, table, name in context.parameters["constraints"]
    )
    return Failure(error=told, statements=statements, relation=link.table, again=tuple(context.parameters["again"]))
