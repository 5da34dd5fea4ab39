"""An index finds too much by its nature, and the table has to be asked about each of its rows.

## What it is

A scan whose recheck removes at least four of five rows although its bitmap fitted into memory: a BRIN index knows
ranges of pages only; a GIN index of a document with jsonb_ops knows keys and values but not which belong together; a
GiST index of trigrams keeps a lossy summary.

## Why it is slow

Each row that the index could not exclude is read from the table and compared.

## Cure

An index that knows more: jsonb_path_ops for `@>`, GIN for trigrams, smaller ranges for a BRIN index whose column
follows the order of the table, and a b-tree where it does not. pgwright builds it concurrently.

## Disproof

The recheck removes as many rows with the new index.

## Versions

14 to 18. The kind of the index is asked of the server.

## Example

    SELECT * FROM produits WHERE metadonnees @> '{"poids": 5}';
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...sql import quote
from ..conditions import Clause
from ..query_plan.model import Node
from ..surroundings import Index
from . import _cures, _existing, _partitions
from ._seen import Seen
from ._sign import NO_CURE, Confidence, Cure, Sign

NODES = frozenset({"Bitmap Heap Scan", "Index Scan"})
DISCARDED = 0.8
ROWS = 1_000
FOLLOWS = 0.9
"""The correlation from which on rows of a value stand together, so that ranges of pages tell something."""
RANGE = 16
"""Pages of a range; 128 is what the server takes where nothing is said."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when the recheck of what its only index found removes most of it."""
    removed = seen.total(node, "Rows Removed by Index Recheck")
    kept = seen.rows(node) + seen.total(node, "Rows Removed by Filter")
    if removed < ROWS or removed / (removed + kept) < DISCARDED or not seen.worth(node):
        return
    scans = (node,) if node.type == "Index Scan" else tuple(seen.below(node, "Bitmap Index Scan"))
    index = _existing.used(seen, scans[0]) if len(scans) == 1 else None
    if index is None or (node.number("Lossy Heap Blocks") and index.method != "brin"):
        return
    cure = _cure(seen, node, index, seen.clauses(scans[0], "Index Cond"))
    if not cure.sql:
        return
    yield Sign(
        nodes=(node,),
        object=_partitions.name(seen, node),
        seen=f"{index.name} ({index.method}) lets {removed + kept:,.0f} rows be read; {kept:,.0f} of them match.",
        why="The index cannot tell these rows from those that match, so the table is asked about each.",
        disproof="With the other index as many rows are removed by the recheck.",
        share=seen.share(node) * removed / (removed + kept),
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={
            "Index Name": index.name,
            "Recheck Cond": node.text("Recheck Cond"),
            "Rows Removed by Index Recheck": removed,
            "Actual Rows": kept,
        },
    )


def _cure(seen: Seen, node: Node, index: Index, compared: Sequence[Clause]) -> Cure:
    if index.method == "brin":
        return _ranges(seen, node, compared)
    operators, relation = {each.operator for each in compared}, _partitions.name(seen, node)
    if index.method == "gin" and index.classes == ("jsonb_ops",) and operators == {"@>"}:
        keys = [f"{index.keys[0]} jsonb_path_ops"]
    elif index.method == "gist" and index.classes == ("gist_trgm_ops",) and compared:
        searchable = all(_cures.is_searchable(each) for each in compared)
        keys = [f"{index.keys[0]} gin_trgm_ops"] if searchable else []
    else:
        keys = []
    there = _existing.serves(seen.relation(node), keys, equal=0, method="gin")
    return _cures.migration(_cures.create_index(relation, keys, method="gin")) if keys and not there else NO_CURE


def _ranges(seen: Seen, node: Node, compared: Sequence[Clause]) -> Cure:
    columns = [_cures.column_of(seen, node, each) for each in compared]
    first = columns[0] if len({each.left for each in compared}) == 1 else None
    if first is not None and abs(first.correlation or 0) >= FOLLOWS:
        made = _cures.create_index(_partitions.name(seen, node), [quote.ident(first.name)], method="brin")
        return _cures.migration(f"{made.removesuffix(';')} WITH (pages_per_range = {RANGE});")
    return _cures.index(seen, node, compared)
