"""The pages of an index by its access method."""

from __future__ import annotations

import math
from collections.abc import Sequence

from . import btree_size, gin_size
from .brin_file import RANGES
from .index_size import HEAD, POINTER, USABLE, Column, Contents, aligned, tuple_bytes
from .relation_file import BLOCK

_HASH_FILL = 0.75
_HASH_TUPLE = 16 + POINTER
_GIST_FILL, _GIST_SORTED, _GIST_NUMBERS = 0.58, 0.68, 1.0
"""Pages are cut where the values say so, not in the middle: rows that come one by one leave them half empty where they
come in order (0.48) and two thirds full where they do not (0.7); a build that sorts them first fills two thirds, or all
where it sorts one column of a scalar type. Measured on ranges, points, addresses and numbers, on 14 to 18; a build of
14 fills pages of points to nine tenths."""
_GIST_TEXT = 0.68
_SIGNATURE_FROM, _SIGNATURE = 500, 124
"""GiST keeps of a text the hashes of its words or its trigrams; of a long one a signature of so many bytes."""
_ARRAY_HEAD = 5
_SPGIST_HEAD = 8
"""What the head of a tuple takes more than that of other methods."""
_SPGIST_FILL, _SPGIST_RANGES, _SPGIST_SAME = 0.72, 0.6, 0.82
"""Ranges fall into four unequal parts each time: 0.65 to 0.8 where they come in any order, down to 0.33 where they come
in order and hardly overlap; which of these it is, no statistics tell. Pages of one value are filled. Measured on
ranges, points, addresses and texts, 20,000 to 400,000, on 14 and 18."""
_BEGINNING = 4
_BLOOM_TUPLE = 6
_BLOOM_BITS, _BLOOM_WORD = 80, 16


def pages(contents: Contents) -> int:
    """The pages of the index, its first one included."""
    method = _METHODS.get(contents.method, _gist)
    return max(math.ceil(method(contents)), 1) + 1


def _hash(contents: Contents) -> float:
    rows = contents.rows * (1 - contents.keys[0].nulls)
    per_bucket = BLOCK * contents.fill(_HASH_FILL) // _HASH_TUPLE
    buckets = _buckets(rows / per_bucket)
    room = (USABLE - 8) // _HASH_TUPLE
    groups = min(max(contents.groups, 1.0), max(rows, 1.0))
    used = min(groups, buckets)
    overflow = used * (math.ceil(rows / used / room) - 1) if rows else 0
    return buckets + max(overflow, 0) + 1


def _buckets(wanted: float) -> float:
    """How many are made at once: from 512 on a doubling comes in four parts (hash_spareindex)."""
    power = math.ceil(math.log2(max(wanted, 2)))
    if power < 10:
        return 2.0**power
    half = 2.0 ** (power - 1)
    return half + math.ceil((wanted - half) / (half / 4)) * half / 4


def _gin(contents: Contents) -> float:
    found = gin_size.count(contents)
    return math.ceil(found.entry_pages * 1.01) + found.data_pages


def _brin(contents: Contents) -> float:
    ranges = math.ceil(contents.heap_pages / float(contents.options.get("pages_per_range", 128)))
    width = sum(2 * column.width for column in contents.keys)
    return math.ceil(ranges * (aligned(HEAD + width) + POINTER) / USABLE) + math.ceil(ranges / RANGES)


def _gist(contents: Contents) -> float:
    texts = {column.expression: _text_bytes(column) for column in contents.columns}
    plain = [column for column in contents.columns if not texts[column.expression]]
    each = aligned(tuple_bytes(plain) + sum(texts.values())) + POINTER
    fill = contents.fill(_gist_fill(contents.keys, is_text=any(texts.values())))
    return contents.rows * each / (USABLE * fill) * 1.02


def _gist_fill(keys: Sequence[Column], *, is_text: bool) -> float:
    if is_text:
        return _GIST_TEXT
    if not all(key.is_sorted for key in keys):
        return _GIST_FILL
    return _GIST_NUMBERS if len(keys) == 1 and keys[0].operator_class.startswith("gist_") else _GIST_SORTED


def _text_bytes(column: Column) -> float:
    """What a GiST keeps of a text that it can search for words or parts; 0 of anything else."""
    kept = {"tsvector_ops": 4 * column.words, "gist_trgm_ops": 3 * (column.width + 1)}.get(column.operator_class)
    if kept is None:
        return 0.0
    return _ARRAY_HEAD + (kept if kept <= _SIGNATURE_FROM else _SIGNATURE)


def _spgist(contents: Contents) -> float:
    """A text is kept without its beginning, by which it is found: nothing is left of one that fills pages."""
    key = contents.keys[0]
    whole = tuple_bytes(contents.columns)
    is_repeated = key.distinct != 0 and contents.rows * whole > key.different(contents.rows) * BLOCK
    found_by = 0
    if key.length < 0 and key.operator_class == "text_ops":
        found_by = key.width if is_repeated else _BEGINNING
    each = aligned(whole - min(found_by, key.width)) + _SPGIST_HEAD + POINTER
    usual = _SPGIST_RANGES if key.operator_class == "range_ops" else _SPGIST_FILL
    return contents.rows * each / (USABLE * contents.fill(_SPGIST_SAME if is_repeated else usual))


def _bloom(contents: Contents) -> float:
    words = math.ceil(float(contents.options.get("length", _BLOOM_BITS)) / _BLOOM_WORD)
    return contents.rows * (_BLOOM_TUPLE + 2 * words) / (BLOCK - 24 - 8)


_METHODS = {
    "bloom": _bloom,
    "brin": _brin,
    "btree": btree_size.pages,
    "gin": _gin,
    "gist": _gist,
    "hash": _hash,
    "spgist": _spgist,
}
