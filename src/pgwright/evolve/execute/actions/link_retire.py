"""Ends the grace period of a flipped rename: the retired column goes."""

from __future__ import annotations

from ....base.errors import Refused
from ...sync import text
from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Drops triggers and the retired column."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    now = live.look(connection, link.table)
    aside = now.table.names[link.old]
    sync.refuse_dependents(connection, now.table, aside, "contract")
    others = [other for other in journal.links(connection, link.table) if other.id != link.id]
    for other in others:
        if link.old in (other.old, other.new, *other.columns.values()):
            raise Refused(
                f"the retired {link.old_name} is still read by migration {other.migration}",
                state="Nothing was changed by this step; the retired column is kept in step.",
                hint=f"End that first: pgwright contract --finalize {other.migration}",
            )
    statements = [
        *sync.uninstall(now),
        *sync.drop_column(connection, now.table, aside),
        journal.remove_link(link.id),
        *sync.install(sync.with_names(now.table, {}, without=(link.old,)), others),
        *text.drop_guard(link),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
