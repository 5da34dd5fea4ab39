"""Exchanges an object for the new one that was made beside it: two renames in one transaction, and what stood beside
the old one (owner, rights, comments, triggers of a view) goes over to the new one.
"""

from __future__ import annotations

import psycopg

from ....base.errors import CatalogMoved, Refused
from ....base.event import Notice
from ....sql.quote import ident, qualified
from .. import definitions, journal, objects
from ..context import Context
from ..objects import Address


def beforehand(context: Context) -> None:
    """Raises Refused, before anything of contract is changed, naming what hangs on the old one."""
    found = objects.find(context.connection, context.parameters["thing"])
    reasons = objects.hanging(context.connection, [found]) if found is not None else ()
    if reasons:
        raise Refused(
            f"{context.step.summary}: something hangs on the old one",
            reasons=reasons,
            state="Nothing of this migration was changed by this command.",
            hint="Drop each of them first, then run the same command again; or keep it: pgwright rollback",
        )


def run(context: Context) -> None:
    """Under the locks of both."""
    connection, parameters = context.connection, context.parameters
    beforehand(context)
    old = objects.find(connection, parameters["thing"])
    made = journal.result(connection, context.unit, str(parameters["made"]))
    new = Address(*made["address"]) if made.get("address") else None
    there, coming = objects.identity(connection, old), objects.identity(connection, new)
    if old is None or there is None or new is None or coming is None:
        raise CatalogMoved(
            f"step {context.step.id} ({context.step.summary}) does not find what it exchanges: somebody dropped it",
            state="Nothing was changed by this step.",
            hint="Undo with `pgwright rollback`.",
        )
    beside = definitions.beside(connection, old)
    schema = str(parameters["schema"])
    for _, wanted, aside in parameters["indexes"]:
        context.run(f"ALTER INDEX IF EXISTS {qualified(schema, wanted)} RENAME TO {ident(aside)}")
    context.run(objects.rename(there, parameters["aside"]), objects.rename(coming, there.name))
    for hidden, wanted, _ in parameters["indexes"]:
        context.run(f"ALTER INDEX {qualified(schema, hidden)} RENAME TO {ident(wanted)}")
    for statement in beside:
        _carry(context, statement)
    kept = {
        "address": [old.catalog, old.oid],
        "new": [new.catalog, new.oid],
        "after": definitions.digest(connection, new),
    }
    context.run(journal.set_result(context.unit, context.step.id, kept))


def _carry(context: Context, statement: str) -> None:
    """What was about a column that the new one does not have is left behind, and said."""
    try:
        with context.connection.transaction():
            context.run(statement)
    except psycopg.errors.UndefinedColumn:
        context.on_event(Notice(step=context.step.id, message=f"left behind, the column is gone: {statement[:120]}"))
