"""The rows of a key are scattered over the table, a page for nearly each of them.

## What it is

A scan by an index that visits nearly a page for every second row, because the table is in another order than the index.

## Why it is slow

Each visit is another page of the table; where it is not in the cache, a read at random.

## Cure

CLUSTER writes the table in the order of the index. It locks the table against everything meanwhile, and what is written
later is scattered again: it is proposed as a comment, for tables that are read by one key above all.

## Disproof

Others read the table in its present order, or new rows of a key keep coming.

## Versions

14 to 18. The order is asked of the server (pg_stats.correlation).

## Example

    SELECT * FROM mesures WHERE capteur_id = 5;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..query_plan.model import Node
from . import _scattered
from ._seen import Seen
from ._sign import Confidence, Cure, CureKind, Sign

NODES = _scattered.NODES
FOLLOWS = 0.5
"""Below this correlation of the first column with the order of the table its rows are scattered, not just mixed."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when the table is in another order than its index."""
    found = _scattered.scattered(seen, node)
    relation = seen.relation(node) if found is not None else None
    if found is None or relation is None or relation.kind != "r" or found.index.predicate:
        return
    first = next((each for each in relation.columns if quote.ident(each.name) == found.index.keys[0]), None)
    if first is None or first.correlation is None or abs(first.correlation) >= FOLLOWS:
        return
    cluster = f"CLUSTER {seen.name(node)} USING {quote.ident(found.index.name)};"
    yield Sign(
        nodes=found.nodes,
        object=seen.name(node),
        seen=f"{found.text} The order of the table follows {quote.ident(first.name)} by {first.correlation:.2f} only.",
        why="Each row is another page of the table, and where that is not in the cache, a read.",
        disproof="Others read the table in its present order, or new rows of the same keys keep coming.",
        share=found.share,
        confidence=Confidence.ESTIMATED,
        cure=Cure(kind=CureKind.NONE, sql=f"-- Locks the table while it is written anew: {cluster}"),
        fields=found.fields,
    )
