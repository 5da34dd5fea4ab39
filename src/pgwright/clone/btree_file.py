"""A b-tree without entries that is as tall as one with many.

A search costs a little for each level of the tree, and the planner asks the first page of the index for its height. An
empty index says 0, which makes it look cheaper than the index that it stands for: by 0.125 a level and search, so a
nested loop of 100,000 searches by some ten thousand. So the pages that lead from the root down to one empty leaf are
written here. They are true pages: the planner itself searches an index for the greatest value that there is, and finds
none.

The layout is that of nbtree.h, version 4 of b-trees, the same from 14 to 18.
"""

from __future__ import annotations

import math
import struct

from . import page
from .relation_file import BLOCK

_OPAQUE = "=IIIHH"  # btpo_prev, btpo_next, btpo_level, btpo_flags, btpo_cycleid
_SPECIAL = BLOCK - 16
_LEAF, _ROOT, _META_PAGE = 1, 2, 8
_META = "=IIIIII"  # btm_magic, btm_version, btm_root, btm_level, btm_fastroot, btm_fastlevel
_MAGIC, _BTREE_VERSION = 0x053162, 4
_TUPLE = 8
_ALTERNATIVE = 0x2000  # INDEX_ALT_TID_MASK: the offset in t_tid is the number of key columns, here 0: minus infinity
FILL_ABOVE = 0.7
"""How full the pages above the leaves are: BTREE_NONLEAF_FILLFACTOR."""


def height(blocks: int, key_bytes: int) -> int:
    """How many levels stand above the leaves of an index of `blocks` pages whose keys take `key_bytes`."""
    room = (BLOCK - 40) / (_TUPLE + _aligned(key_bytes) + 4)
    pages, levels = blocks - 1, 0  # the first page holds no entries
    while pages > 1:
        # One page above is enough while it can hold all of them: a root that has grown is as full as it gets.
        pages = 1 if pages <= room else math.ceil(pages / max(room * FILL_ABOVE, 2))
        levels += 1
    return levels


def meta(levels: int) -> bytes:
    """The first page of an index, saying that the root is the next page, `levels` above the leaves."""
    head = struct.pack(_META, _MAGIC, _BTREE_VERSION, 1, levels, 1, levels)
    # btm_last_cleanup_num_delpages, btm_last_cleanup_num_heap_tuples, btm_allequalimage
    head += struct.pack("=I4xd?7x", 0, -1.0, False)
    return page.meta(head, struct.pack(_OPAQUE, 0, 0, 0, _META_PAGE, 0))


def way_down(levels: int) -> bytes:
    """The pages from the root to the one leaf, which is empty."""
    return b"".join(_page(number + 1, levels - number, levels) for number in range(levels + 1))


def _page(number: int, level: int, levels: int) -> bytes:
    flags = (_ROOT if level == levels else 0) | (_LEAF if level == 0 else 0)
    special = struct.pack(_OPAQUE, 0, 0, level, flags, 0)
    if level == 0:
        header = page.header(page.HEADER_SIZE, _SPECIAL, _SPECIAL)
        return header + bytes(_SPECIAL - page.HEADER_SIZE) + special
    upper = _SPECIAL - _TUPLE
    header = page.header(page.HEADER_SIZE + 4, upper, _SPECIAL)
    pointer = struct.pack("=I", upper | (1 << 15) | (_TUPLE << 17))  # ItemIdData: offset, LP_NORMAL, length
    child = number + 1
    entry = struct.pack("=HHHH", child >> 16, child & 0xFFFF, 0, _TUPLE | _ALTERNATIVE)
    return header + pointer + bytes(upper - page.HEADER_SIZE - 4) + entry + special


def _aligned(size: int) -> int:
    return (size + 7) // 8 * 8
