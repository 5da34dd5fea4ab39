"""Drops a table that a migration created, when nothing is lost by it."""

from __future__ import annotations

from ....base.errors import Unconfirmed
from ....base.name import RelationName
from ....sql.quote import literal, qualified
from ...steps.step import Lock
from .. import dropping
from ..context import Context


def locks(context: Context) -> tuple[Lock, ...]:
    """What the table refers to by now: later statements of the plan may have added foreign keys."""
    name = RelationName(context.parameters["schema"], context.parameters["name"])
    oid = dropping.oid_of(context.connection, name)
    return dropping.locks_around(context.connection, oid) if oid else ()


def run(context: Context) -> None:
    """Drops the table if it is empty, or if the caller allows destructive steps. Does nothing when it is gone."""
    name = qualified(RelationName(context.parameters["schema"], context.parameters["name"]))
    found = context.connection.execute(f"SELECT to_regclass({literal(name)}) IS NOT NULL".encode()).fetchone()
    if not (found and found[0]):
        return
    context.run(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
    filled = context.connection.execute(f"SELECT EXISTS (SELECT FROM {name})".encode()).fetchone()
    if filled and filled[0] and "destructive" not in context.allow:
        raise Unconfirmed(
            f"table {name} has rows, which rollback would lose",
            object=context.parameters["name"],
            state="Nothing was changed by this step.",
            hint="Save them, then: pgwright rollback --yes --allow destructive",
        )
    context.run(f"DROP TABLE {name}")
