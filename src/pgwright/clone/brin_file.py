"""The first page of a BRIN that says how many pages its map of ranges has. The planner counts them as read.

The layout is that of brin_page.h, the same from 14 to 18.
"""

from __future__ import annotations

import math
import struct

_AT = 24
"""Bytes of the header of a page."""
_META = struct.Struct("=IIII")  # brinMagic, brinVersion, pagesPerRange, lastRevmapPage
RANGES = 1360
"""Ranges that one page of the map holds: REVMAP_PAGE_MAXITEMS."""


def meta(page: bytes, heap_blocks: int) -> bytes:
    """The first page of an index, `page`, saying that the map covers a table of `heap_blocks`."""
    magic, version, each, _ = _META.unpack_from(page, _AT)
    last = max(math.ceil(math.ceil(heap_blocks / each) / RANGES), 1)
    return page[:_AT] + _META.pack(magic, version, each, last) + page[_AT + _META.size :]
