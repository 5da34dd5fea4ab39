"""Validates the twins of foreign keys that `references_add` has added."""

from __future__ import annotations

from ....base.errors import PgwrightError
from ....sql.quote import ident
from ...steps.step import Phase
from .. import dependents, live, release, sync
from ..context import Change, Context
from ..failure import Failure


def prepare(context: Context) -> Change | None:
    """VALIDATE CONSTRAINT of each whose original is valid."""
    connection, planned = context.connection, context.link()
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    parts = [part.oid for part in live.look(connection, link.table).table.parts]
    leaving, taking, tag = (str(context.parameters[key]) for key in ("leaving", "taking", "tag"))
    found = dependents.references.pairs(connection, parts, (leaving, taking), link.id, tag)
    return Change(
        statements=tuple(
            f"ALTER TABLE {each.twin.table} VALIDATE CONSTRAINT {ident(each.name)}"
            for each in found
            if each.original.validated and each.twin is not None and not each.twin.validated
        )
    )


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """On the way back the hold ends."""
    return release.released(context, error) if context.step.phase is Phase.RESTORE else None
