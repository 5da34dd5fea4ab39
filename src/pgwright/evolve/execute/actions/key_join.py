"""Makes the key of a partitioned table of those of its partitions; those that have come since the plan get theirs of
the index that was built for it, in the same transaction."""

from __future__ import annotations

from ....sql.quote import ident, qualified
from .. import key_parts
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """ADD CONSTRAINT … USING INDEX for each partition that lacks it, then ADD CONSTRAINT for the table."""
    parameters = context.parameters
    apart = tuple(
        f"ALTER TABLE {qualified(part.schema, part.table)} ADD CONSTRAINT {ident(part.name)} {parameters['kind']} "
        f"USING INDEX {ident(part.name)}{parameters['tail']}"
        for part in key_parts.lacking(context.connection, parameters)
    )
    return Change(statements=(*apart, str(parameters["statement"])))
