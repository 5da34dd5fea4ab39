"""The cache of a nested loop throws out what it will be asked for again.

## What it is

Memoize keeps the answers of the inner side by key. They do not fit into its memory, and when a key comes
again its answer is gone.

## Why it is slow

The inner side runs again, and the cache is filled and emptied besides.

## Cure

Work_mem for this statement, where statistics say that the keys come again often enough; else no Memoize, so that
the planner takes another join.

## Disproof

The keys come again seldom, whatever the size of the cache.

## Versions

14 to 18.

## Example

    SELECT * FROM visits v JOIN pages p ON p.id = v.page_id;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import references
from ..query_plan.model import Node
from . import _cures, _memory
from ._seen import Seen
from ._sign import Confidence, Cure, Sign

NODES = frozenset({"Memoize"})
THROWN = 0.3
"""The part of the misses that must have thrown something out."""
HITS = 0.5
"""A cache that answers half of what it is asked pays."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The cache, when it evicts most of what it holds and seldom knows an answer."""
    hits, misses, evicted = (node.number(f"Cache {what}") for what in ("Hits", "Misses", "Evictions"))
    evicted += node.number("Cache Overflows")
    if evicted < THROWN * misses or hits >= HITS * (hits + misses) or not misses:
        return
    below = tuple(seen.below(node, *(each.type for each in node.walk())))
    if not seen.worth(*below):
        return
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"Memoize is asked {hits + misses:,.0f} times, knows {hits:,.0f} answers and throws {evicted:,.0f} out.",
        why="The inner side runs again for keys that were there before.",
        disproof="With room for all keys, or without Memoize, it takes as long.",
        share=seen.share(*below),
        confidence=Confidence.MEASURED,
        cure=_cure(seen, node, hits + misses),
        fields={
            "Cache Key": node.text("Cache Key"),
            "Cache Hits": hits,
            "Cache Misses": misses,
            "Cache Evictions": evicted,
        },
    )


def _cure(seen: Seen, node: Node, asked: float) -> Cure:
    keys = _distinct_keys(seen, node)
    if keys is None or keys > HITS * asked:
        return _cures.session_setting("enable_memoize", "off")
    return _memory.cure(_need(seen, node))


def _need(seen: Seen, node: Node) -> float:
    """Bytes of `work_mem` with which a Memoize evicts nothing. How many keys there are is known from statistics; where
    it is not, each miss is taken to be another key, which is too much where keys came again."""
    missed, evicted = node.number("Cache Misses"), node.number("Cache Evictions")
    entry = node.number("Peak Memory Usage") * _memory.KB / max(missed - evicted, 1)
    return _memory.MARGIN * min(missed, _distinct_keys(seen, node) or missed) * entry / _memory.hash_memory(seen)


def _distinct_keys(seen: Seen, node: Node) -> float | None:
    """How many different keys a Memoize can be asked for, as statistics tell; None where they do not, or where it held
    more at the same time."""
    keys = references(node.text("Cache Key"))
    held = node.number("Cache Misses") - node.number("Cache Evictions")
    if len(keys) != 1:
        return None
    for scan in seen.plan.nodes:
        relation = seen.relation(scan) if scan.alias == keys[0].alias else None
        column = relation.by_name.get(keys[0].column) if relation is not None else None
        if relation is not None and column is not None and column.distinct is not None:
            distinct = column.distinct if column.distinct > 0 else -column.distinct * max(relation.rows, 1.0)
            return distinct if distinct > held else None
    return None
