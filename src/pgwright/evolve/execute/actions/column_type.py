"""Gives a column a type that is only noted down, with the views that read it: they are dropped and made again in the
same transaction, because PostgreSQL changes no type under a view."""

from __future__ import annotations

from typing import Any

from ....base.errors import Refused
from ....catalog import redefine, view_tree
from ....sql.quote import ident, literal
from .. import declared, dependents, journal, live, sync
from ..context import Change, Context

_DONE = """
SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) = %s
  AND a.attcollation = coalesce(pg_catalog.to_regcollation(%s)::oid, t.typcollation)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND a.attname = %s AND NOT a.attisdropped
"""


def prepare(context: Context) -> Change | None:
    """One transaction; nothing where the column has the type and the collation already."""
    connection, parameters = context.connection, context.parameters
    relation, column = int(parameters["relation"]), str(parameters["column"])
    digest = sync.digest(connection, relation)
    wanted = (parameters["type"], parameters.get("collation"))
    row: tuple[Any, ...] | None = connection.execute(_DONE, (*wanted, relation, column)).fetchone()
    if row == (True,):
        return None
    now = live.look(connection, relation)
    table, links = now.table, journal.links(connection, relation)
    parts = [part.oid for part in table.parts]
    with redefine.empty_path(connection) as path:
        bound = redefine.bound_to(connection, parts, (column, column))
        selects = {each.relation: each.select for each in bound if each.kind == "view" and each.select}
        views = view_tree.tree(connection, list(selects))
    others = [f"{each.kind} {each.name} reads it" for each in bound if each.relation not in selects]
    locked = {lock.oid for lock in declared.present(connection, context.step.locks)}
    since = dependents.since(connection, views.relations - locked)
    if problems := [*views.problems, *(each for each in others if "statistics" not in each), *since]:
        raise Refused(
            f"column {column} of {table.root_sql} cannot get another type now",
            reasons=tuple(problems),
            state="Nothing was changed by this step; the application goes on as before.",
            hint="Drop what is named and make it again after contract; then run the same command again.",
        )
    # A trigger that fills the column until then would be in the way.
    statements = (
        *(sync.uninstall(now) if links else ()),
        *views.drop,
        f"ALTER TABLE {table.root_sql} ALTER COLUMN {ident(column)} {parameters['clause']}",
        "SELECT pg_catalog.set_config('search_path', '', true)",
        *views.make,
        f"SELECT pg_catalog.set_config('search_path', {literal(path)}, true)",
        *(sync.install(table, links) if links else ()),
    )
    return Change(statements=statements, relation=relation, digest=digest)
