"""A sequential scan reads a table to keep a few of its rows.

## What it is

Every row of the table is read and compared, and at least nine of ten are thrown away. Partitions of one table count
together.

## Why it is slow

The work grows with the table, not with the answer, and pages that others need leave the cache.

## Cure

An index on what the condition compares: equality first, then one range. That of a partition is made on the partitioned
table. pgwright builds it concurrently.

## Disproof

The condition keeps a large part of the table for other values of its parameters; or the table is so small that it is
read in a millisecond.

## Versions

14 to 18.

## Example

    SELECT * FROM commandes WHERE statut = 'EN_ATTENTE';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures, _discards
from ._seen import Seen
from ._sign import NO_CURE, Sign

NODES = frozenset({"Seq Scan"})


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when it discards nearly all it reads."""
    found = _discards.discards(seen, node)
    cure = _cures.index(seen, node, seen.clauses(node, "Filter")) if found is not None else NO_CURE
    if found is None or not cure.sql:
        return
    yield Sign(
        nodes=found.nodes,
        object=found.object,
        seen=found.text,
        why="The work grows with the table and not with the answer.",
        disproof="Other values of the condition keep a large part of the table.",
        share=found.share,
        confidence=found.confidence,
        cure=cure,
        fields=found.fields,
    )
