"""Rolls an open link back: the old column holds what both applications wrote, the new one goes."""

from __future__ import annotations

from ....base.errors import Unconfirmed
from ...sync import text
from ...sync.link import Link
from .. import dependents, journal, live, sync, triggers
from ..context import Change, Context


def _refuse_last_copy(context: Context, link: Link, now: live.Live) -> None:
    """Somebody dropped the old column: what the new one holds is held nowhere else."""
    if link.old in now.table.names or "destructive" in context.allow:
        return
    raise Unconfirmed(
        f"column {link.old_name} of {now.table.root_sql} was dropped by somebody: rollback would drop {link.new_name}, "
        "the only copy",
        object=link.new_name,
        state="Nothing was changed by this step.",
        hint="Save it, then: pgwright rollback --yes --allow destructive",
    )


def prepare(context: Context) -> Change | None:
    """Drops triggers, check and new column. Nothing when the link was never opened."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    if not live.exists(connection, link.table):
        gone = (*text.drop_functions(link.table), *text.drop_guard(link), journal.remove_link(link.id))
        return Change(statements=gone)
    now = live.look(connection, link.table)
    new = now.table.names.get(link.new)
    if new is not None:
        _refuse_last_copy(context, link, now)
        sync.refuse_dependents(connection, now.table, new, "rollback")
    others = [other for other in journal.links(connection, link.table) if other.id != link.id]
    parts = [part.oid for part in now.table.parts]
    pointing = [] if new is None else dependents.references.drops(connection, parts, new)
    column = [] if new is None else sync.drop_column(connection, now.table, new)
    statements = [
        *sync.uninstall(now),
        *([] if new is None else triggers.narrow(now, new)),
        sync.drop_check(now.table, link),
        *pointing,
        *column,
        journal.remove_link(link.id),
        *sync.install(sync.with_names(now.table, {}, without=(link.new,)), others),
        *text.drop_guard(link),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
