"""A scan spends its time waiting for pages that are not in the server's cache.

## What it is

Much of the time of the node is reading, as measured by track_io_timing; how many pages were found in the
cache does not matter, only how long the others took.

## Why it is slow

Storage is slower than memory. A table larger than a quarter of shared_buffers never gets into the cache
by a sequential scan (14 to 18).

## Cure

For a bitmap scan, more reads at the same time; else the table into the cache, where it has room there. Where
neither is possible, storage was slow: read less, of which other signs speak, or give the server more memory.

## Disproof

The next run reads nothing any more.

## Versions

14 to 18, with track_io_timing. Without it only the volume is known, and this sign asks for the timing.

## Example

    SELECT count(*) FROM archive WHERE note LIKE '%x%';
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..query_plan.kinds import BLOCK
from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import NO_CURE, Confidence, Cure, Sign

NODES = frozenset({"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Sample Scan"})
READING = ("Shared I/O Read Time", "I/O Read Time")
"""The name from 17 on, and the one before."""
PART = 0.3
"""Less may be the cost of copying pages from the cache of the operating system."""
PAGES = 2_000
"""Fewer pages (16 MB) are in the cache the next time."""
UNTIMED = 12_800
"""The pages (100 MB) from which on it is worth asking for timings."""
MEMORY = 200
"""Megabytes a second above which it was good storage, or the memory of the operating system on a busy machine."""
CACHED = 0.5
"""The part of shared_buffers that one table may take."""
PREFETCH = 200
"""What drives of today take at the same time; up to 17 one read at a time is the default, from 18 it is 16."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when reading took a good part of the whole."""
    read = node.number("Shared Read Blocks")
    if read < PAGES:
        return
    if not any(key in node.properties for key in READING):
        if read >= UNTIMED and seen.worth(node) and seen.account.exclusive(node, "Shared Read Blocks") >= UNTIMED:
            yield _untimed(seen, node, read)
        return
    spent = seen.account.exclusive(node, *READING) / seen.account.of(node).processes
    if not seen.total_ms or spent < PART * seen.total_ms:
        return
    megabytes, cure = read * BLOCK / 1024**2, _cure(seen, node)
    if not cure.sql and 1000 * megabytes / spent > MEMORY:
        return
    yield Sign(
        nodes=(node,),
        object=seen.name(node),
        seen=f"{seen.what(node)} reads {megabytes:,.1f} MB from outside the cache in {spent:,.1f} ms of "
        f"{seen.total_ms:,.1f} ms, {1000 * megabytes / spent:,.0f} MB a second.",
        why="Storage is slower than memory.",
        disproof="The next run reads nothing any more.",
        share=min(spent / seen.total_ms, 1.0),
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={"Shared Read Blocks": read, "Shared I/O Read Time": round(spent, 3)},
    )


def _untimed(seen: Seen, node: Node, read: float) -> Sign:
    return Sign(
        nodes=(node,),
        object=seen.name(node),
        seen=f"{seen.what(node)} reads {read * BLOCK / 1024**2:,.0f} MB from outside the cache; without "
        "track_io_timing nobody knows how long that took.",
        why="They may come from the memory of the operating system, or from storage that is a hundred times slower.",
        disproof="With timings, reading is a small part.",
        share=0.0,
        confidence=Confidence.HEURISTIC,
        cure=_cures.session_setting("track_io_timing", "on"),
        fields={"Shared Read Blocks": read},
    )


def _cure(seen: Seen, node: Node) -> Cure:
    at_once = seen.amount("effective_io_concurrency")
    if node.type == "Bitmap Heap Scan" and at_once is not None and at_once < PREFETCH:
        return _cures.session_setting("effective_io_concurrency", str(PREFETCH))
    relation, buffers = seen.relation(node), seen.amount("shared_buffers", unit=BLOCK)
    if seen.surroundings is not None and relation and buffers and relation.pages <= CACHED * buffers:
        name = quote.literal(quote.qualified(relation.schema, relation.name))
        there = "" if "pg_prewarm" in seen.surroundings.extensions else "CREATE EXTENSION IF NOT EXISTS pg_prewarm;\n"
        return _cures.maintenance(f"{there}SELECT pg_prewarm({name});")
    return NO_CURE
