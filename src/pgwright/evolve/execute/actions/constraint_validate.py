"""Validates constraints that were added NOT VALID. Where a row breaks one, they go: a command that ends in an error
leaves no restriction behind."""

from __future__ import annotations

from ....base.errors import PgwrightError, Refused, StepFailed
from ....sql.quote import ident, qualified
from ..context import Change, Context
from ..failure import Failure
from ..leaves import leaves

_STANDS = "SELECT NOT convalidated FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s"


def prepare(context: Context) -> Change:
    """VALIDATE CONSTRAINT of each (table oid, quoted table, constraint). Raises StepFailed for one that is gone."""
    statements = []
    for oid, table, name in _wanted(context):
        found = context.connection.execute(_STANDS, (oid, name)).fetchone()
        if found is None:
            raise StepFailed(
                f"constraint {name} of {table} is gone: somebody dropped it",
                step=context.step.id,
                hint="`pgwright rollback` closes what was begun.",
            )
        if found[0]:
            statements.append(f"ALTER TABLE {table} VALIDATE CONSTRAINT {ident(name)}")
    return Change(statements=tuple(statements))


def failed(context: Context, error: PgwrightError) -> Failure:
    """The constraints go, and the steps that look for such rows and add the constraint run again."""
    query = str(context.parameters.get("query", ""))
    state = "What was added for it has been taken away again, writes are as free as before."
    told = Refused(
        f"rows were written meanwhile that break it: {error.message}",
        state=state,
        hint="Correct them, then run the same command again." + (f" See them all: {query}" if query else ""),
    )
    statements = tuple(
        f"ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS {ident(name)}" for _, table, name in _wanted(context)
    )
    return Failure(
        error=told,
        statements=statements,
        relation=int(context.parameters["relation"]),
        again=tuple(context.parameters["again"]),
        others=tuple(context.parameters.get("referenced", ())),
    )


def _wanted(context: Context) -> list[tuple[int, str, str]]:
    """The constraints; with `leaves` that of each partition that the table has now."""
    wanted = [(int(oid), str(table), str(name)) for oid, table, name in context.parameters["constraints"]]
    if not context.parameters.get("leaves"):
        return wanted
    return [
        (oid, qualified(schema, leaf), name)
        for relation, _, name in wanted
        for oid, schema, leaf in leaves(context.connection, relation)
    ]
