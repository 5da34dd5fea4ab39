"""Most of what a statement writes to the WAL are images of whole pages.

## What it is

The first change of a page after a checkpoint writes the whole page to the WAL, and not only what was changed, so that
a page that was half written in a crash can be restored.

## Why it is slow

A row of a hundred bytes costs up to 8 kB of WAL, which is written, sent to each replica, and archived.

## Cure

Checkpoints that are further apart: a longer checkpoint_timeout, and as much max_wal_size as is written in that time.
Recovery after a crash takes longer then. Keys in random order (as UUIDs of version 4) touch a page for each row; keys
in order do not. wal_compression makes images smaller for processor time: with pglz the statements of the tests wrote a
tenth, and took three to seven times as long.

## Disproof

The same statement long after a checkpoint, when its pages have their images, takes as long.

## Versions

14 to 18. EXPLAIN counts the images, not their bytes (a page is written without its hole, and perhaps compressed): they
are what is left of WAL Bytes after the records, and a page each at most.

## Example

    CHECKPOINT; UPDATE stock SET counted = counted + 1 WHERE id % 8 = 0;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.kinds import BLOCK
from ..query_plan.model import Node
from . import _memory
from ._seen import WORTH, Seen
from ._sign import Confidence, Cure, CureKind, Sign

NODES = frozenset({"ModifyTable"})
SCANS = ("Seq Scan", "Index Scan", "Bitmap Heap Scan", "Tid Scan", "Tid Range Scan")
"""A scan that finds the rows to write takes dead versions out of their pages first, and then the images are its own."""
LEAST = 16 * _memory.MB
"""A segment of the WAL; less is written in passing."""
PART = 0.5
"""The part of the WAL that must be images."""
RECORD = 256
"""Bytes of a record without image: 54 to 254 were measured on 14 and 18, the most with rows of 700 bytes."""
SECONDS, MEGABYTES = 1_800, 16 * 1_024
"""A checkpoint_timeout and a max_wal_size above which recovery would take long."""
GROWTH = 4
"""By how much max_wal_size grows at once."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The node that writes, when most of its WAL are images."""
    if node.number("WAL Bytes") < LEAST:
        return
    scans = [each for each in seen.below(node, *SCANS) if each.relation == node.relation and each.number("WAL FPI")]
    records, pages, size = (_sum(seen, [node, *scans], f"WAL {key}") for key in ("Records", "FPI", "Bytes"))
    images = min(pages * BLOCK, size - records * RECORD)
    if size < LEAST or images < PART * size:
        return
    share = seen.share(node) * images / size + sum(seen.share(scan) * _part(seen, scan) for scan in scans)
    if share < WORTH:
        return
    yield Sign(
        nodes=(node, *scans),
        object=seen.name(node),
        seen=f"{node.text('Operation') or node.type} of {seen.name(node)} writes {size / _memory.MB:,.1f} MB of WAL, "
        f"of which {pages:,.0f} images of whole pages are some {images / _memory.MB:,.1f} MB.",
        why="The first change of a page after a checkpoint writes the whole page to the WAL: "
        "the more often there is one (checkpoint_timeout, max_wal_size), the more images.",
        disproof="Long after a checkpoint, when its pages have their images, it takes as long.",
        share=min(share, 1.0),
        confidence=Confidence.ESTIMATED,
        cure=_cure(seen),
        fields={"WAL Records": records, "WAL FPI": pages, "WAL Bytes": size},
    )


def _sum(seen: Seen, nodes: list[Node], key: str) -> float:
    return sum(seen.account.exclusive(each, key) for each in nodes)


def _part(seen: Seen, scan: Node) -> float:
    """The part of its pages of which a scan wrote an image."""
    return min(seen.account.exclusive(scan, "WAL FPI") / max(seen.account.blocks(scan), 1.0), 1.0)


def _cure(seen: Seen) -> Cure:
    seconds, megabytes = seen.amount("checkpoint_timeout"), seen.amount("max_wal_size", unit=_memory.MB)
    if seconds is None or megabytes is None:
        return _comment("-- Compare checkpoint_timeout and max_wal_size with what pg_stat_wal counts in that time.")
    lines = []
    if seconds < SECONDS:
        lines.append(f"ALTER SYSTEM SET checkpoint_timeout = '{SECONDS // 60}min';")
    if megabytes < MEGABYTES:
        lines.append(f"ALTER SYSTEM SET max_wal_size = '{min(int(megabytes) * GROWTH, MEGABYTES)}MB';")
    if not lines:
        return _comment("-- Checkpoints are rare already. Compare the WAL and the time with wal_compression.")
    first = "-- needs a superuser; recovery after a crash takes longer"
    return Cure(kind=CureKind.SETTING, sql="\n".join([first, *lines, "SELECT pg_catalog.pg_reload_conf();"]))


def _comment(text: str) -> Cure:
    return Cure(kind=CureKind.NONE, sql=text)
