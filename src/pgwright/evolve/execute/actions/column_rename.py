"""Gives a column another name, with triggers that know it: puts one aside that is to go, or brings it back."""

from __future__ import annotations

from typing import Any

import psycopg

from ....base.errors import Refused
from .. import journal, live, sync, triggers
from ..context import Change, Context

Connection = psycopg.Connection[tuple[Any, ...]]

# A generated column that reads it is a dependent of the kind "a" on 14, which DROP COLUMN takes silently.
_DEPENDENTS = """
SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_catalog.pg_depend d
WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = %(relation)s::oid
  AND d.refobjsubid = %(number)s::int
  AND (d.deptype = 'n' OR d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = d.refobjid AND d.objsubid <> 0)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                  WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid
                    AND k.conrelid = d.refobjid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
                  WHERE d.classid = 'pg_catalog.pg_trigger'::regclass AND t.oid = d.objid
                    AND (f.pronamespace = 'pgwright'::regnamespace OR f.oid = ANY(%(computes)s::oid[])))
ORDER BY 1
"""


def prepare(context: Context) -> Change | None:
    """Renames it and makes the triggers again; `computes` are the functions of triggers that compute it, which go on
    under the other name. With `refuse` others that depend on it by now stop it."""
    connection, parameters = context.connection, context.parameters
    relation, number, to = int(parameters["relation"]), int(parameters["number"]), str(parameters["to"])
    digest = sync.digest(connection, relation)
    now = live.look(connection, relation)
    name = dict(now.table.names).get(number)
    if name is None or name == to:
        return None
    if parameters["refuse"]:
        _refuse_dependents(context, relation, number, str(parameters["of"]))
    computes = list(parameters.get("computes", ()))
    bodies = triggers.rename_in_bodies(connection, now, name, to, only=computes) if computes else []
    renamed = (sync.rename(now.table, name, to), *bodies)
    links = journal.links(connection, relation)
    if not links:
        return Change(statements=renamed, relation=relation, digest=digest)
    after = sync.with_names(now.table, {number: to})
    statements = (*sync.uninstall(now), *renamed, *sync.install(after, links))
    return Change(statements=statements, relation=relation, digest=digest)


def _refuse_dependents(context: Context, relation: int, number: int, name: str) -> None:
    computes = list(context.parameters.get("computes", ()))
    asked = {"relation": relation, "number": number, "computes": computes}
    rows = context.connection.execute(_DEPENDENTS, asked).fetchall()
    if rows:
        raise Refused(
            f"column {name} cannot be dropped: others depend on it now",
            reasons=tuple(row[0] for row in rows),
            state="Nothing was changed by this step; the column is there as before.",
            hint="Drop or change them, then run `pgwright contract` again; or undo: pgwright rollback",
        )
