"""Closes a link of one column, with statements that belong to it, in one transaction."""

from __future__ import annotations

from ...sync import text
from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Takes the link out of the triggers, and runs the statements of the step. Where the link is closed already they
    run alone; on a table that is gone nothing is left to do. `drops` tells that they drop the column."""
    planned, connection = context.link(), context.connection
    digest = sync.digest(connection, planned.table)
    statements = context.parameters.get("statements", ())
    if not live.exists(connection, planned.table):
        return Change(statements=(*text.drop_functions(planned.table), journal.remove_link(planned.id)))
    now = live.look(connection, planned.table)
    column = context.parameters.get("drops")
    if column is not None:
        if column not in now.table.names.values():
            statements = ()  # somebody dropped it
        else:
            sync.refuse_dependents(connection, now.table, str(column), "rollback")
    links = journal.links(connection, planned.table)
    if all(link.id != planned.id for link in links):
        return Change(statements=tuple(statements), relation=planned.table, digest=digest)
    others = [link for link in links if link.id != planned.id]
    gone = (planned.new,) if column is not None else ()
    return Change(
        statements=(
            *sync.uninstall(now),
            *statements,
            journal.remove_link(planned.id),
            *sync.install(sync.with_names(now.table, {}, without=gone), others),
        ),
        relation=planned.table,
        digest=digest,
    )
