"""Looks at every row once: both sides in sync. For expressions that cannot stand in a lasting check."""

from __future__ import annotations

from ....base.errors import StepFailed
from ....sql.expression import has_subquery
from ....sql.quote import ident
from .. import live, sync
from ..context import Context


def run(context: Context) -> None:
    """Raises StepFailed naming rows where the sides disagree. A volatile or subquery `up` is only seen as filled."""
    planned = context.link()
    link = sync.current(context.connection, planned.id, planned.table) or planned
    table = live.look(context.connection, link.table).table
    if link.extra.get("volatile") or has_subquery(link.up) or has_subquery(link.down):
        condition = f"{ident(table.names[link.new])} IS NULL AND {ident(table.names[link.old])} IS NOT NULL"
        if link.extra.get("up_gives_null"):
            return
    else:
        condition = f"NOT {sync.in_sync(table, link)}"
    rows = sync.sample(context.connection, table, condition)
    if rows and not link.extra.get("volatile") and not has_subquery(link.up):
        raise StepFailed(
            f"{link.old_name} and {link.new_name} are not in step in rows such as {'; '.join(rows)}",
            step=context.step.id,
            hint="Correct the rows, then run `pgwright expand` again, or `pgwright rollback`. An up or down that is "
            "not immutable may be another value at every look: then only a down that leads back can be proven.",
        )
