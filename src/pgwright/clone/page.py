"""Pages of indexes, written here: their heads, and the first pages that the planner asks.

The layouts are those of bufpage.h, ginblock.h and brin_page.h, the same from 14 to 18.
"""

from __future__ import annotations

import struct

from .relation_file import BLOCK

HEADER_SIZE = 24
_HEADER = struct.Struct(
    "=QHHHHHHI"  # pd_lsn, pd_checksum, pd_flags, pd_lower, pd_upper, pd_special, pd_pagesize_version, pd_prune_xid
)
_VERSION = BLOCK | 4  # PG_PAGE_LAYOUT_VERSION


def header(lower: int, upper: int, special: int) -> bytes:
    """The head of a page whose items end at `lower`, whose tuples begin at `upper`, and its own data at `special`."""
    return _HEADER.pack(0, 0, 0, lower, upper, special, _VERSION, 0)


def meta(content: bytes, special: bytes) -> bytes:
    """A first page that holds `content`."""
    lower, end = HEADER_SIZE + len(content), BLOCK - len(special)
    return header(lower, end, end) + content + bytes(end - lower) + special
