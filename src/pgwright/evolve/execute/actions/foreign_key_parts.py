"""The foreign key of a partitioned table, put together from those of the partitions that there are now (up to 17)."""

from __future__ import annotations

from ....base.errors import PgwrightError, Refused
from ....sql.index import on_table
from ....sql.quote import ident, qualified
from ..context import Change, Context
from ..failure import Failure
from ..leaves import leaves

_STANDS = "SELECT convalidated, conparentid <> 0 FROM pg_catalog.pg_constraint WHERE conrelid = %s AND conname = %s"


def prepare(context: Context) -> Change:
    """`work` is `add` (NOT VALID, where it is missing), `join` (add it to the table) or `drop`."""
    work, relation, name = (context.parameters[key] for key in ("work", "relation", "name"))
    found = [
        (schema, leaf, context.connection.execute(_STANDS, (oid, name)).fetchone())
        for oid, schema, leaf in leaves(context.connection, relation)
    ]
    statement = str(context.parameters["statement"])
    if work == "join":
        lacking = [leaf for _, leaf, row in found if row is None or not row[0]]
        if lacking:
            raise Refused(
                f"partition {', '.join(lacking)} has come, and has no foreign key {name} yet",
                state="Nothing was changed by this step.",
                hint="The same command adds it there, too, and goes on.",
            )
        return Change(statements=(statement,))
    if work == "add":
        return Change(statements=tuple(on_table(statement, schema, leaf) for schema, leaf, row in found if row is None))
    whole = context.connection.execute(_STANDS, (relation, name)).fetchone()
    drops = [f"ALTER TABLE {context.parameters['table']} DROP CONSTRAINT {ident(name)}"] if whole else []
    drops += [
        f"ALTER TABLE {qualified(schema, leaf)} DROP CONSTRAINT {ident(name)}"
        for schema, leaf, row in found
        if row is not None and not row[1]
    ]
    return Change(statements=tuple(drops))


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """Where a partition has come meanwhile, it gets its own first."""
    if context.parameters["work"] != "join" or not isinstance(error, Refused):
        return None
    again = tuple(context.parameters["again"])
    return Failure(error=error, statements=(), relation=int(context.parameters["relation"]), again=again)
