"""A LIMIT makes the planner walk an index in the order that is wanted, and throw rows away until enough are found.

## What it is

An index that serves only the ORDER BY is read from its end, and a filter discards nearly every row.

## Why it is slow

It is quick where what is wanted stands near that end, and reads all of the table where it does not: the same query may
take a millisecond or a minute, depending on its parameters.

## Cure

An index on what is compared for equality, then on the order: it finds the first rows at once, already sorted.

## Disproof

For all values that matter, rows that are wanted stand near the end where the scan begins.

## Versions

14 to 18. The keys of the index are asked of the server: without it, `index_scan_discards_rows` says less.

## Example

    SELECT * FROM commandes WHERE utilisateur_id = 5 ORDER BY id DESC LIMIT 10;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures, _discards, _existing
from ._seen import Seen
from ._sign import NO_CURE, Sign

NODES = frozenset({"Index Scan", "Index Only Scan"})
EXPLAINS = ("index_scan_discards_rows", "predicate_on_expression", "implicit_cast")
PASSING = frozenset({"Nested Loop", "Subquery Scan", "Result", "LockRows", "Gather Merge", "Merge Append", "Append"})
"""Nodes that keep the order of their first child, so that a LIMIT above them stops it."""
ROWS = 3_000
"""So many rows are fetched in a millisecond, while the pages are in the cache."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when a LIMIT waits for rows that its filter finds too rarely."""
    if node.text("Index Cond"):
        return
    found = _discards.discards(seen, node, least=ROWS)
    limit = _limit(seen, node) if found is not None else None
    index = _existing.used(seen, node)
    if found is None or limit is None or index is None or index.method != "btree":
        return
    equal = [each for each in seen.clauses(node, "Filter") if each.equality and _cures.is_key(seen, node, each)]
    cure = _cures.index(seen, node, equal, order=_existing.order(index)) if equal else NO_CURE
    if not cure.sql:
        return
    yield Sign(
        nodes=(*found.nodes, limit),
        object=found.object,
        seen=f"{found.text} It walks {index.name} for its order only, until the LIMIT has its rows.",
        why="Where rows that match stand late in this order, nearly the whole table is read to find them.",
        disproof="For all values that matter, rows that match stand near the end where the scan begins.",
        share=found.share,
        confidence=found.confidence,
        cure=cure,
        fields=found.fields | {"Index Name": index.name, "Scan Direction": node.text("Scan Direction")},
    )


def _limit(seen: Seen, node: Node) -> Node | None:
    """The LIMIT that stops the scan."""
    below = node
    for above in seen.plan.above(node):
        if above.type == "Limit":
            return above
        if above.type not in PASSING or below.role == "Inner":
            return None
        below = above
    return None
