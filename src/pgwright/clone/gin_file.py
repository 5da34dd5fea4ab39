"""The first page of a GIN, which counts its parts: the planner asks how many keys and pages it has."""

from __future__ import annotations

import math
import struct

from . import page
from .gin_size import Gin

# head, tail, tailFreeSize, nPendingPages, nPendingHeapTuples, nTotalPages, nEntryPages, nDataPages, nEntries, version
_META = struct.Struct("=IIIIqIIIxxxxqixxxx")
_NONE = 0xFFFFFFFF
_GIN_VERSION = 2
_SPECIAL = struct.pack("=IHH", _NONE, 0, 1 << 3)  # GIN_META


def first(blocks: int, parts: Gin) -> bytes:
    """The page of an index of `blocks` that has these parts, as VACUUM would count them: with nothing pending."""
    entry_pages = min(max(math.ceil(parts.entry_pages), 1), blocks - 1)
    data_pages = min(math.ceil(parts.data_pages), blocks - 1 - entry_pages)
    entries = max(round(parts.entries), 1)
    return page.meta(
        _META.pack(_NONE, _NONE, 0, 0, 0, blocks, entry_pages, data_pages, entries, _GIN_VERSION), _SPECIAL
    )
