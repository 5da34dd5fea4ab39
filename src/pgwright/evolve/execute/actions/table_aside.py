"""Puts tables aside under a hidden name, so that whoever still uses them is found out while they can come back."""

from __future__ import annotations

from ....base.errors import Refused
from ....sql.quote import ident, qualified
from ...steps.step import Lock
from .. import aside
from ..context import Change, Context


def beforehand(context: Context) -> None:
    """Raises Refused, before anything of contract is changed, naming what hangs on the tables."""
    if reasons := aside.hanging(context, before=True):
        names = ", ".join(str(each.now) for each in aside.tables(context))
        raise Refused(
            f"{names} cannot be dropped: something was made on it since the plan",
            reasons=reasons,
            state="Nothing of this migration was changed by this command.",
            hint="Drop each of them first, then run the same command again; or keep the table: pgwright rollback",
        )


def locks(context: Context) -> tuple[Lock, ...]:
    """Of tables that did not exist when the plan was made."""
    return aside.locks(context, around=False)


def prepare(context: Context) -> Change:
    """Renames each table that still has its name."""
    found = [each for each in aside.tables(context) if each.now != each.hidden]
    return Change(
        statements=tuple(f"ALTER TABLE {qualified(each.now)} RENAME TO {ident(each.hidden.name)}" for each in found)
    )
