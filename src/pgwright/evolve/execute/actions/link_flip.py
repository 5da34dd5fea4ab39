"""Contracts a rename that changes values: the new column takes over, the old one is put aside and kept in step.

Everything that hangs on the old column follows by exchange of names: definitions are read while they say the old name,
the columns exchange names, the definitions are run again (and now mean the new column), and the new column
gets its own name back. So nothing is rewritten as text and no name has to be resolved.
"""

from __future__ import annotations

from dataclasses import replace

from ....base.errors import PgwrightError, Refused
from ...sync.link import Mode
from .. import declared, dependents, journal, live, sync, triggers
from ..context import Change, Context
from ..failure import Failure


def prepare(context: Context) -> Change | None:
    """Flips the link in one transaction."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None or link.mode.follows:
        return None
    now = live.look(connection, link.table)
    table = now.table
    old, new, aside = link.old_name, link.new_name, str(context.parameters["aside"])
    renamed = [] if link.keeps_name else [sync.rename(table, old, new)]
    wanted = dependents.Wanted(
        leaving=old,
        taking=new,
        parked=aside,
        copies=dependents.Copies.of(context.parameters),
        locked=[lock.oid for lock in declared.present(connection, context.step.locks)],
        rewrite=bool(context.parameters.get("rewrite")) or "rewrite" in context.allow,
        same_type=not link.new_type,
        pointing=(link.id, "new"),
        default=lambda old: link.extra.get("default") if "own_default" in link.extra else old,
    )
    exchanged = dependents.exchange(connection, table, wanted)
    retired = replace(link, mode=Mode.RETIRING)
    links = [retired if each.id == link.id else each for each in journal.links(connection, link.table)]
    statements = [
        *sync.uninstall(now),
        sync.drop_check(table, link),
        *([] if link.keeps_name else triggers.rename_in_bodies(connection, now, old, new)),
        *exchanged,
        *renamed,
        journal.replace_link(retired),
        *sync.install(sync.with_names(table, {link.old: aside, link.new: link.final_name}), links),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """A partition that has come since gets its key first, when the same command goes on."""
    again = tuple(context.parameters.get("again", ()))
    return (
        Failure(error=error, statements=(), relation=0, again=again) if again and isinstance(error, Refused) else None
    )
