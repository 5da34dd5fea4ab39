"""Contracts a rename that changes values: the new column takes over, the old one is put aside and kept in step.

Everything that hangs on the old column follows by exchange of names: definitions are read while they say the old name,
the columns exchange names, the definitions are run again (and now mean the new column), and the new column
gets its own name back. So nothing is rewritten as text and no name has to be resolved.
"""

from __future__ import annotations

from ....sql.quote import ident
from ...sync.link import Mode
from .. import dependents, journal, live, sync, triggers
from ..context import Context


def run(context: Context) -> None:
    """Flips the link in one transaction."""
    planned = context.link()
    connection = context.connection
    link = sync.current(connection, planned.id, planned.table)
    if link is None or link.mode is Mode.RETIRING:
        return
    now = sync.drop_ours(connection, link.table)
    relation = now.table.root_sql
    old, new, aside = link.old_name, link.new_name, str(context.parameters["aside"])
    sync.drop_check(connection, now.table, link)
    triggers.narrow(connection, now, new)
    triggers.rename_in_bodies(connection, now, old, new)
    hanging = dependents.read(connection, link.table, link.old)
    dependents.release(context, relation, hanging)
    context.run(
        f"ALTER TABLE {relation} RENAME COLUMN {ident(old)} TO {ident(aside)}",
        f"ALTER TABLE {relation} RENAME COLUMN {ident(new)} TO {ident(old)}",
    )
    dependents.attach(context, relation, hanging, old, aside)
    context.run(f"ALTER TABLE {relation} RENAME COLUMN {ident(old)} TO {ident(new)}")
    sync.set_mode(connection, link, Mode.RETIRING)
    journal.set_result(connection, context.unit, context.step.id, {"hanging": hanging.to_json()})
    sync.regenerate(connection, link.table)
    live.look(connection, link.table)
