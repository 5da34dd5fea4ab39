"""Puts the index of a partitioned table together from those of its partitions."""

from __future__ import annotations

from ....base.lock import LockMode
from ...steps.step import Lock
from .. import journal, partitioned_index, sync
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """Makes the empty index of each level and attaches every part; with `levels` those of partitioned tables only."""
    parameters = dict(context.parameters)
    if "saved" in parameters:
        parameters |= journal.result(context.connection, context.unit, parameters["saved"])
    relation = context.link().table if "link" in parameters else int(parameters["relation"])
    digest = sync.digest(context.connection, relation)
    levels = bool(parameters.get("levels"))
    statements, names = partitioned_index.attach(context.connection, parameters, levels=levels)
    # Whoever has read by an index holds it until the transaction ends (14 to 18).
    locks = tuple(Lock(relation=name, oid=0, mode=LockMode.ACCESS_EXCLUSIVE) for name in names)
    return Change(statements=tuple(statements), relation=relation, digest=digest, locks=locks)
