"""Rolls a flipped rename back while it is retiring: the old column takes its place again with everything that hangs on
it, and the new one goes. The same exchange as the flip, the other way round."""

from __future__ import annotations

from ...sync import text
from ...sync.naming import hidden_name
from .. import declared, dependents, journal, live, sync, triggers
from ..context import Change, Context
from .link_flip import failed

__all__ = ["failed", "prepare"]


def prepare(context: Context) -> Change | None:
    """Flips back in one transaction."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None:
        return None
    now = live.look(connection, link.table)
    table = now.table
    old, new, aside = link.old_name, link.final_name, str(context.parameters["aside"])
    renamed = [] if link.keeps_name else [sync.rename(table, new, old)]
    undone = hidden_name(new, "undone")
    wanted = dependents.Wanted(
        leaving=new,
        taking=aside,
        parked=undone,
        copies=dependents.Copies.of(context.parameters),
        locked=[lock.oid for lock in declared.present(connection, context.step.locks)],
        rewrite=bool(context.parameters.get("rewrite")) or "rewrite" in context.allow,
        same_type=not link.new_type,
        pointing=(link.id, "old"),
        default=lambda new: link.extra.get("own_default", new),
    )
    exchanged = dependents.exchange(connection, table, wanted)
    others = [other for other in journal.links(connection, link.table) if other.id != link.id]
    statements = [
        *sync.uninstall(now),
        sync.drop_check(table, link),
        *([] if link.keeps_name else triggers.rename_in_bodies(connection, now, new, old)),
        *exchanged,
        *renamed,
        *sync.drop_column(connection, table, undone, now=new),
        journal.remove_link(link.id),
        *sync.install(sync.with_names(table, {link.old: old}, without=(link.new,)), others),
        *text.drop_guard(link),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
