"""Validates the twins of foreign keys that `references_add` has added."""

from __future__ import annotations

from ....base.errors import PgwrightError
from ....sql.quote import ident
from ...steps.step import Phase
from ...sync.naming import twin_name
from .. import dependents, live, release, sync
from ..context import Change, Context
from ..failure import Failure


def prepare(context: Context) -> Change | None:
    """VALIDATE CONSTRAINT of each whose original is valid."""
    connection, parameters = context.connection, context.parameters
    planned = context.link()
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    parts = [part.oid for part in live.look(connection, link.table).table.parts]
    leaving, taking, tag = (str(parameters[key]) for key in ("leaving", "taking", "tag"))
    references = dependents.references
    twins = {(each.relation, each.name): each for each in references.read(connection, parts, taking)}
    statements = []
    for each in references.read(connection, parts, leaving):
        twin = twins.get((each.relation, twin_name(link.id, each.name, tag)))
        if each.validated and twin is not None and not twin.validated:
            statements.append(f"ALTER TABLE {twin.table} VALIDATE CONSTRAINT {ident(twin.name)}")
    return Change(statements=tuple(statements))


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """On the way back the hold ends."""
    return release.released(context, error) if context.step.phase is Phase.RESTORE else None
