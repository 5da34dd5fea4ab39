"""The first page of a BRIN, which says how many pages its map of ranges has: the planner counts them as read."""

from __future__ import annotations

import math
import struct

from . import page

_META = struct.Struct("=IIII")  # brinMagic, brinVersion, pagesPerRange, lastRevmapPage
_MAGIC, _BRIN_VERSION = 0xA8109CFA, 1
_SPECIAL = struct.pack("=HHHH", 0, 0, 0, 0xF091)  # BRIN_PAGETYPE_META
RANGES = 1360
"""Ranges that one page of the map holds: REVMAP_PAGE_MAXITEMS."""
PAGES_PER_RANGE = 128
"""Where the index says nothing."""


def first(heap_blocks: int, each: int) -> bytes:
    """The page of an index with ranges of `each` pages, of a table of `heap_blocks`."""
    last = max(math.ceil(math.ceil(heap_blocks / each) / RANGES), 1)
    return page.meta(_META.pack(_MAGIC, _BRIN_VERSION, each, last), _SPECIAL)
