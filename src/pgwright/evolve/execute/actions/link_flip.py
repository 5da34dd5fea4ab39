"""Contracts a rename that changes values: the new column takes over, the old one is put aside and kept in step.

Everything that hangs on the old column follows by exchange of names: definitions are read while they say the old name,
the columns exchange names, the definitions are run again (and now mean the new column), and the new column
gets its own name back. So nothing is rewritten as text and no name has to be resolved.
"""

from __future__ import annotations

from dataclasses import replace

from ...sync.link import Mode
from .. import dependents, journal, live, sync, triggers
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Flips the link in one transaction."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    link = sync.current(connection, planned.id, planned.table)
    if link is None or link.mode is Mode.RETIRING:
        return None
    now = live.look(connection, link.table)
    table = now.table
    old, new, aside = link.old_name, link.new_name, str(context.parameters["aside"])
    hanging = dependents.read(connection, link.table, link.old)
    retired = replace(link, mode=Mode.RETIRING)
    links = [retired if each.id == link.id else each for each in journal.links(connection, link.table)]
    statements = [
        *sync.uninstall(now),
        *triggers.narrow(now, new),
        sync.drop_check(table, link),
        *triggers.rename_in_bodies(connection, now, old, new),
        sync.rename(table, old, aside),
        sync.rename(table, new, old),
        *dependents.attach(table.root_sql, hanging, old, aside),
        sync.rename(table, old, new),
        journal.replace_link(retired),
        journal.set_result(context.unit, context.step.id, {"hanging": hanging.to_json()}),
        *sync.install(sync.with_names(table, {link.old: aside, link.new: new}), links),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
