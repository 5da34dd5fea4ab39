"""The pages of a GIN: a tree of keys, each with the list of its rows; a long list has a tree of its own.

How many keys a document or a text has is in no statistics, so typical ones are taken: see the constants.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .index_size import HEAD, POINTER, USABLE, Column, Contents, aligned

_DATA_FILL = 0.9
_LIST_HEAD = 8
_INLINE = 2_700
"""The longest list of rows that stays beside its key (GinMaxItemSize)."""
_OFFSET_BITS = 11
"""Bits of a row's place in its page; distances are stored seven bits a byte."""
_TRIGRAMS = 4_000
"""Different trigrams of a column of text; more in long texts, fewer in numbers."""
_DOCUMENT_KEY = 14
"""Bytes of a jsonb document for each of its keys and values, measured on flat documents."""
_RARE = 0.6
"""Of documents of `rows` rows: rows to this power is how many different values there are of each rare kind."""


@dataclass(frozen=True, kw_only=True)
class Gin:
    """What the first page of a GIN counts."""

    entry_pages: float
    data_pages: float
    entries: float


@dataclass(frozen=True, kw_only=True)
class _Keys:
    """`different` keys of `width` bytes, each in `rows` rows."""

    different: float
    rows: float
    width: float


def count(contents: Contents) -> Gin:
    """Its parts. Keys of all columns stand in one tree."""
    entry_pages, data_pages, entries = 0.0, 0.0, 0.0
    head = HEAD + (8 if len(contents.keys) > 1 else 0)  # which column it is
    for column in contents.keys:
        for keys in _keys(column, contents.rows * (1 - column.nulls)):
            listed = _list_bytes(keys.rows, contents.heap_pages)
            is_inline = listed <= _INLINE
            entry = aligned(head + keys.width + (listed if is_inline else 0)) + POINTER
            entry_pages += keys.different / _in_page(entry)
            entries += keys.different
            if not is_inline:
                leaves = math.ceil(listed / (USABLE * _DATA_FILL))
                data_pages += keys.different * (leaves + (leaves > 1))
    return Gin(entry_pages=max(entry_pages, 1.0), data_pages=data_pages, entries=entries)


def _in_page(entry: int) -> int:
    """How many keys stay in a page. They arrive in order, and a full page is cut in two so that the left one has more
    than half: of three tuples all, of many one half."""
    room = USABLE // entry
    return max(min((room + 1) // 2 + 1, room), 1)


def _list_bytes(rows: float, heap_pages: int) -> float:
    """What the addresses of `rows` rows take that lie anywhere in a table of `heap_pages`."""
    in_page = rows / max(heap_pages, 1)
    # The next row of the same page is near; the first one of the next page is not.
    distant = math.ceil((_OFFSET_BITS + math.log2(max(1 / in_page, 1))) / 7) if in_page else 1
    each = 1 + 1 / in_page if in_page >= 1 else distant
    return _LIST_HEAD + max(rows - 1, 0) * each


def _keys(column: Column, rows: float) -> Iterator[_Keys]:
    """The keys of a column that `rows` rows have, those apart that many have."""
    if column.common:
        yield from _elements(column, rows)
    elif column.operator_class.endswith("trgm_ops"):
        yield _alike((max(column.width - 1, 1) + 2) * rows, _TRIGRAMS, 4)
    elif column.operator_class.startswith("jsonb"):
        has_paths = column.operator_class.endswith("path_ops")
        each = max(column.width / _DOCUMENT_KEY, 1) * (0.6 if has_paths else 1.0)  # names alone are no keys of paths
        width = 4 if has_paths else _DOCUMENT_KEY
        # One half is names and kinds, which many documents share, the other half says who and what.
        yield _alike(each / 2 * rows, each / 2 * 10, width)
        yield _alike(each / 2 * rows, each / 2 * rows**_RARE, width)
    elif column.elements:
        yield _alike(column.elements * rows, column.different(rows), 16)
    else:
        yield _alike(rows, column.different(rows), column.length if column.length > 0 else column.width)


def _elements(column: Column, rows: float) -> Iterator[_Keys]:
    """Of arrays and texts the common elements are known, and how rare the others are."""
    width = column.element_width + 1
    for count, fraction in column.common:
        yield _alike(count * fraction * rows, count, width)
    others = column.words - sum(count * fraction for count, fraction in column.common)
    if others > 0:
        # Between none and the rarest of the known ones: half of it.
        yield _alike(others * rows, others * 2 / column.rarest, width)


def _alike(entries: float, different: float, width: float) -> _Keys:
    different = max(min(different, entries), 1.0)
    return _Keys(different=different, rows=entries / different, width=width)
