"""Puts the index of a partitioned table together from those of its partitions."""

from __future__ import annotations

from .. import journal, partitioned_index, sync
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """Makes the empty index of each level and attaches every part; with `levels` those of partitioned tables only."""
    parameters = dict(context.parameters)
    if "saved" in parameters:
        parameters |= journal.result(context.connection, context.unit, parameters["saved"])
    relation = context.link().table if "link" in parameters else int(parameters["relation"])
    digest = sync.digest(context.connection, relation)
    statements = partitioned_index.attach(context.connection, parameters, levels=bool(parameters.get("levels")))
    return Change(statements=tuple(statements), relation=relation, digest=digest)
