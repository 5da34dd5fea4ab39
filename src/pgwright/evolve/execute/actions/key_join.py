"""Makes the key of a partitioned table of those of its partitions; those that have come since the plan get theirs of
the index that was built for it, in the same transaction."""

from __future__ import annotations

from ....base.errors import PgwrightError, Refused
from ....sql.quote import ident, qualified
from .. import key_parts
from ..context import Change, Context
from ..failure import Failure


def prepare(context: Context) -> Change:
    """ADD CONSTRAINT … USING INDEX for each partition that lacks it, then ADD CONSTRAINT for the table. Raises Refused
    for a partition that has no such index yet: it would be built under the strong lock."""
    parameters = context.parameters
    lacking = key_parts.lacking(context.connection, parameters)
    bare = [part.table for part in lacking if not part.built]
    if bare:
        raise Refused(
            f"partition {', '.join(bare)} has come, and has no index for {parameters['name']} yet",
            state="Nothing was changed by this step.",
            hint="The same command builds it, and goes on.",
        )
    apart = tuple(
        f"ALTER TABLE {qualified(part.schema, part.table)} ADD CONSTRAINT {ident(part.name)} {parameters['kind']} "
        f"USING INDEX {ident(part.name)}{parameters['tail']}"
        for part in lacking
    )
    return Change(statements=(*apart, str(parameters["statement"])))


def failed(context: Context, error: PgwrightError) -> Failure | None:
    """Where a partition has come meanwhile, its index is built first."""
    if not isinstance(error, Refused):
        return None
    again = tuple(context.parameters["again"])
    return Failure(error=error, statements=(), relation=int(context.parameters["relation"]), again=again)
