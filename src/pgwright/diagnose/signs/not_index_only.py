"""Rows are fetched from all over the table for a column or two that the index could hold.

## What it is

A scan by an index of a vacuumed table that visits nearly a page for every second row it finds, while the query needs no
more of them than the index has, and a few narrow columns.

## Why it is slow

The rows of a key stand all over the table: each visit is a page, and where they are not in the cache a read.

## Cure

The same index with those columns INCLUDEd: it answers alone, as an index-only scan, as long as the table is vacuumed.
The index it replaces may go then, if it is no constraint. pgwright builds it concurrently.

## Disproof

The columns change often: then each change is written to the index too, and no longer HOT.

## Versions

14 to 18. Needs VERBOSE, and the server for keys and statistics.

## Example

    SELECT sum(total) FROM commandes WHERE utilisateur_id = 5;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..query_plan.model import Node
from ..surroundings import Index, Relation
from . import _cures, _existing, _needed, _scattered
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = _scattered.NODES
EXPLAINS = ("scattered_rows",)
MORE = 3
"""Columns that may be added."""
BYTES = 64
"""What they may add to an entry: with more, the index grows to the size of a table."""
VISIBLE = 0.8
"""The part of the pages that VACUUM must have marked: only for those is the table not asked."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when its index with a few columns more would do without the table."""
    found = _scattered.scattered(seen, node)
    relation = seen.relation(node)
    if found is None or relation is None or relation.visible < VISIBLE or len(found.index.keys) > _cures.LONGEST_KEY:
        return
    columns = _missing(seen, node, relation, found.index)
    if not columns:
        return
    keys, names = _existing.order(found.index), [quote.ident(name) for name in columns]
    yield Sign(
        nodes=found.nodes,
        object=seen.name(node),
        seen=f"{found.text} All that {found.index.name} does not have of them: {', '.join(names)}.",
        why="Rows of a key stand all over the table, and each is a visit to a page.",
        disproof="These columns change often, and each change would be written to the index too.",
        share=found.share,
        confidence=Confidence.ESTIMATED,
        cure=_cures.migration(_cures.create_index(seen.name(node), keys, include=names, where=found.index.predicate)),
        fields=found.fields,
    )


def _missing(seen: Seen, node: Node, relation: Relation, index: Index) -> tuple[str, ...]:
    """The columns that the query needs and the index has not; empty where they are none, too many or too wide."""
    needed = _needed.needed(seen, node)
    if needed is None or any(name not in relation.by_name for name in needed):
        return ()
    held = {*index.keys, *index.included}
    columns = tuple(name for name in sorted(needed) if quote.ident(name) not in held and name not in held)
    width = sum(relation.by_name[name].width or BYTES for name in columns)
    return columns if len(columns) <= MORE and width <= BYTES and not relation.parent else ()
