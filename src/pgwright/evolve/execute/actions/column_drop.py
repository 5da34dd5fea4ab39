"""Drops a column: one that a migration added, when nothing is lost by it, or one that contract has put aside."""

from __future__ import annotations

from ....base.errors import Unconfirmed
from ....sql.quote import ident
from ...sync import text
from .. import journal, live, sync
from ..context import Change, Context


def prepare(context: Context) -> Change | None:
    """Drops the column with the link that fills it, between the statements `before` and `after`, which take what
    computes it away. Raises Unconfirmed where the new application may have stored
    something in it, and Refused where others depend on it by now."""
    connection, parameters = context.connection, context.parameters
    relation, number, link_id = int(parameters["relation"]), int(parameters["number"]), parameters["link"]
    before, after = parameters.get("before", ()), parameters.get("after", ())
    digest = sync.digest(connection, relation)
    if not live.exists(connection, relation):
        gone = [*text.drop_functions(relation), journal.remove_link(link_id)] if link_id else []
        return Change(statements=(*gone, *after))
    now = live.look(connection, relation)
    column = dict(now.table.names).get(number)
    if column is None:
        return None
    if "destructive" not in context.allow:
        _refuse_loss(context, now, column)
    links = journal.links(connection, relation)
    others = [link for link in links if link.id != link_id]
    drop = (*before, f"ALTER TABLE {now.table.root_sql} DROP COLUMN {ident(column)}", *after)
    if len(others) == len(links):
        return Change(statements=drop, relation=relation, digest=digest)
    left = sync.with_names(now.table, {}, without=(number,))
    return Change(
        statements=(
            *sync.uninstall(now),
            *drop,
            journal.remove_link(str(link_id)),
            *sync.install(left, others),
        ),
        relation=relation,
        digest=digest,
    )


def _refuse_loss(context: Context, now: live.Live, column: str) -> None:
    """Before the migration was expanded no new application can have written. What contract drops was consented to."""
    row = context.connection.execute(
        "SELECT 1 FROM pgwright.migration m JOIN pgwright.step s ON s.unit = m.unit AND s.migration = m.name "
        "WHERE s.unit = %s AND s.id = %s AND m.expanded_at IS NOT NULL",
        (context.unit, context.step.id),
    ).fetchone()
    condition = str(context.parameters["loses"])
    if row is None or not condition:
        return
    found = context.connection.execute(
        f"SELECT EXISTS (SELECT FROM {now.table.root_sql} WHERE {condition})".encode()
    ).fetchone()
    if found and found[0]:
        raise Unconfirmed(
            f"column {column} of {now.table.root_sql} has values that only the new application can have written"
            if condition != "true"
            else f"column {column} of {now.table.root_sql} may have values that only the new application has written",
            object=column,
            state="Nothing was changed by this step.",
            hint="Save them, then: pgwright rollback --yes --allow destructive",
        )
