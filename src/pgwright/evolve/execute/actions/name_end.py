"""Ends the time of two names of a table: the view of the old one goes, and on the way back the table gets that name."""

from __future__ import annotations

from ....base.errors import Refused
from ....base.name import RelationName
from ....sql.quote import ident, qualified
from ...steps import condition
from .. import dropping
from ..context import Change, Context


def beforehand(context: Context) -> None:
    """Raises Refused, before anything is changed, when something hangs on the view."""
    oid = _view(context)
    if oid and (reasons := dropping.hanging(context.connection, (oid,))):
        name = _name(context)
        raise Refused(
            f"the view {name} stands there for the old name of a table, and something was made on it",
            reasons=reasons,
            state="Nothing of this migration was changed by this command.",
            hint="Make that on the table itself, by its new name, and drop it; then run the same command again.",
        )


def prepare(context: Context) -> Change:
    """Drops the view if it is still ours; with `back` the table is renamed to its name, unless it has it already."""
    beforehand(context)
    connection, name, relation = context.connection, _name(context), int(context.parameters["relation"])
    view = _view(context)
    statements = [f"DROP VIEW {qualified(name)}"] if view else []
    now = dropping.name_of(connection, relation)
    if context.parameters["back"] and now is not None and now != name:
        if not view and dropping.oid_of(connection, name):
            raise Refused(
                f"{now} cannot be called {name} again: another relation has that name",
                state="Nothing was changed by this step.",
                hint="Rename or drop that one, then run the same command again.",
            )
        if now.schema != name.schema:
            statements.append(f"ALTER TABLE {qualified(now)} SET SCHEMA {ident(name.schema)}")
        if now.name != name.name:
            statements.append(f"ALTER TABLE {qualified(name.schema, now.name)} RENAME TO {ident(name.name)}")
    return Change(statements=tuple(statements))


def _name(context: Context) -> RelationName:
    return RelationName(*context.parameters["view"])


def _view(context: Context) -> int:
    """The oid of the view of the table, 0 where it is gone or another relation has its name."""
    name, relation = _name(context), int(context.parameters["relation"])
    row = context.connection.execute(condition.shows(name, relation).encode()).fetchone()
    return dropping.oid_of(context.connection, name) if row and row[0] else 0
