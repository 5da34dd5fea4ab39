"""Opens a link of one column: from now on a NULL in it becomes what the link says."""

from __future__ import annotations

from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Runs the statements of the step, and makes the triggers with the new link, in one transaction. `new` tells that
    one of the statements adds the column."""
    link, connection = context.link(), context.connection
    digest = sync.digest(connection, link.table)
    if sync.current(connection, link.id, link.table) is not None:
        return None
    now = live.look(connection, link.table)
    added = {}
    if context.parameters["new"]:
        sync.check_number(connection, link.table, link)
        added = {link.new: link.new_name}
    links = [sync.noted(each, now) for each in (*journal.links(connection, link.table), link)]
    statements = [
        *sync.uninstall(now),
        *context.parameters["statements"],
        *sync.install(sync.with_names(now.table, added), links),
        *map(journal.replace_link, links[:-1]),
        journal.add_link(context.unit, links[-1]),
    ]
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
