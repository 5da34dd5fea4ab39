"""Gives tables that were put aside their names back."""

from __future__ import annotations

from ....base.errors import Refused
from ....sql.quote import ident, qualified
from ...steps.step import Lock
from .. import aside, dropping
from ..context import Change, Context


def locks(context: Context) -> tuple[Lock, ...]:
    """Of tables that did not exist when the plan was made."""
    return aside.locks(context, around=False)


def prepare(context: Context) -> Change:
    """Renames each that is aside. Raises Refused when somebody has taken its name meanwhile."""
    found = [each for each in aside.tables(context) if each.now == each.hidden]
    for each in found:
        if dropping.oid_of(context.connection, each.name):
            raise Refused(
                f"{each.now} cannot be called {each.name} again: another relation has that name",
                state="Nothing was changed by this step.",
                hint="Rename or drop that one, then run the same command again.",
            )
    return Change(
        statements=tuple(f"ALTER TABLE {qualified(each.now)} RENAME TO {ident(each.name.name)}" for each in found)
    )
