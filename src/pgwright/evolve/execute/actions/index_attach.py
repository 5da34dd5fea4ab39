"""Puts the index of a partitioned table together from those of its partitions."""

from __future__ import annotations

from .. import partitioned_index, sync
from ..context import Change, Context


def prepare(context: Context) -> Change:
    """Makes the empty index of each level and attaches every part."""
    link = context.link()
    digest = sync.digest(context.connection, link.table)
    statements = partitioned_index.attach(context.connection, context.parameters)
    return Change(statements=tuple(statements), relation=link.table, digest=digest)
