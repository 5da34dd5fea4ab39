"""How many pages an index takes that nobody has built: from the rows, the widths and the numbers of distinct values.

Each access method stores its entries in its own way, and each is computed as it would be stored. A b-tree keeps equal
keys once, with a list of rows (13 and newer), which makes an index of few values a quarter as large; an estimate that
does not know it misleads whoever has a budget. What is not known (how many words a text has, how many keys a document)
is taken from typical ones, and named below.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .relation_file import BLOCK

_USABLE = BLOCK - 24 - 16
"""Bytes of a page between its header and the special space of an index page."""
_POINTER = 4
_ROW = 6
"""Bytes of a row's address."""
_HEAD = 8
"""Bytes of the head of an index tuple."""
_BTREE_FILL = 0.9
_POSTING = BLOCK // 10 // 8 * 8 - _POINTER
"""The longest list of rows that CREATE INDEX puts into one tuple of a b-tree (nbtsort.c, 14 to 18)."""
_HASH_FILL = 0.75
_GIST_FILL, _GIST_SORTED_FILL, _SPGIST_FILL = 0.45, 0.9, 0.8
_TRIGRAMS = 4_000
"""Different trigrams of a column of text; more in long texts, fewer in numbers."""
_DOCUMENT_KEY = 14
"""Bytes of a jsonb document for each of its keys and values, measured on flat documents."""
_GIN_INLINE = 2_700
"""The longest list of rows that stays beside its key (GinMaxItemSize)."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of an index. `width` is the average in bytes, `length` that of a type of fixed length (negative: it
    varies), `align` the pg_type.typalign, `elements` how many elements a value has on average (arrays). Of
    the common elements `listed` are known; a value has `listed_mass` of them on average, and `rarest` is the fraction
    of the rows that have the rarest one. `equal_is_same` says whether equal values are the same bytes, `is_sorted`
    whether a build sorts the values first."""

    is_key: bool
    length: int
    align: str
    width: int
    nulls: float
    distinct: float
    elements: float
    listed: int
    listed_mass: float
    rarest: float
    operator_class: str
    equal_is_same: bool
    is_sorted: bool
    expression: str


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What an index holds: entries for `rows` rows of `groups` different keys, of a table of `heap_pages`. `options`
    are those of the index (fillfactor, …)."""

    method: str
    options: Mapping[str, str]
    columns: Sequence[Column]
    rows: float
    groups: float
    heap_pages: int


def pages(contents: Contents) -> int:
    """The pages of the index, its first one included."""
    method = _METHODS.get(contents.method, _gist)
    return max(math.ceil(method(contents)), 1) + 1


def _btree(contents: Contents) -> float:
    key = _tuple_bytes(contents.columns)
    leaf = _USABLE * _BTREE_FILL - key
    has_included = any(not column.is_key for column in contents.columns)
    shares = not has_included and all(column.equal_is_same for column in contents.columns)
    rows, groups = max(contents.rows, 0.0), min(max(contents.groups, 1.0), max(contents.rows, 1.0))
    size = groups * _group_bytes(key, rows / groups) if shares and rows > groups else rows * (key + _POINTER)
    leaves = max(math.ceil(size / leaf), 1)
    above = leaves * (key + _POINTER) / (_USABLE * 0.7)
    return leaves + (math.ceil(above) if leaves > 1 else 0)


def _group_bytes(key: int, rows: float) -> float:
    """What the entries of one key take that `rows` rows have, between the two whole numbers."""
    below = math.floor(rows)
    part = rows - below
    return (1 - part) * _shared_bytes(key, below) + part * _shared_bytes(key, below + 1)


def _shared_bytes(key: int, rows: int) -> float:
    most = max((_POSTING - key) // _ROW, 1)
    full, rest = divmod(rows, most)
    return full * (_aligned(key + _ROW * most) + _POINTER) + (_posting(key, rest) if rest else 0)


def _posting(key: int, rows: int) -> int:
    return (_aligned(key + _ROW * rows) if rows > 1 else key) + _POINTER


def _hash(contents: Contents) -> float:
    per_page = _USABLE * _HASH_FILL / (16 + _POINTER)
    buckets = max(contents.rows / per_page, 2)
    power = 2.0 ** math.floor(math.log2(buckets))
    # Since 10 a doubling comes in four parts (hash_spareindex).
    whole: float = next(power * part / 4 for part in (4, 5, 6, 7, 8) if power * part / 4 >= buckets)
    overflow = max(contents.rows / per_page * _HASH_FILL - whole, 0)
    return whole + overflow + 2


def _gin(contents: Contents) -> float:
    return sum(_gin_column(contents, column) for column in contents.columns if column.is_key)


def _gin_column(contents: Contents, column: Column) -> float:
    rows = contents.rows * (1 - column.nulls)
    each, different = _entries(column, rows)
    entries = max(each * rows, 1.0)
    different = max(min(different, entries), 1.0)
    per_key = entries / different
    # A list holds the distances between rows, seven bits a byte; an address has 11 bits for the place in its page.
    gap = max(contents.heap_pages * 2048 / max(per_key, 1.0), 1.0)
    listed = per_key * max(math.ceil(math.log2(gap + 1) / 7), 1)
    key = _aligned(_HEAD + (column.width / max(each, 1.0) if column.listed else 8))
    if listed <= _GIN_INLINE:
        return different * (key + listed + _POINTER) / (_USABLE * 0.72)
    return different * ((key + _POINTER) / _USABLE + math.ceil(listed / (_USABLE * 0.9)))


def _entries(column: Column, rows: float) -> tuple[float, float]:
    """How many keys a row has, and how many different ones there are."""
    if column.listed:
        each = max(column.elements, column.listed_mass)
        return each, column.listed + max(each - column.listed_mass, 0) * 2 / column.rarest
    if column.operator_class.endswith("trgm_ops"):
        return max(column.width - 1, 1) + 2, _TRIGRAMS
    each = max(column.width / _DOCUMENT_KEY, 1)
    distinct = column.distinct if column.distinct > 0 else -column.distinct * rows
    return each, max(distinct, 1) * each / 2


def _brin(contents: Contents) -> float:
    ranges = math.ceil(contents.heap_pages / 128)
    width = sum(2 * column.width for column in contents.columns if column.is_key)
    return ranges * (_aligned(_HEAD + width) + _POINTER) / _USABLE + ranges / 1360 + 1


def _gist(contents: Contents) -> float:
    is_sorted = all(column.is_sorted for column in contents.columns if column.is_key)
    return _filled(contents, _GIST_SORTED_FILL if is_sorted else _GIST_FILL)


def _spgist(contents: Contents) -> float:
    return _filled(contents, _SPGIST_FILL)


def _filled(contents: Contents, fill: float) -> float:
    leaves = contents.rows * (_tuple_bytes(contents.columns) + _POINTER) / (_USABLE * fill)
    return leaves * 1.02


def _tuple_bytes(columns: Sequence[Column]) -> int:
    """An index tuple: a head, and the values each at its boundary."""
    at = 0
    for column in columns:
        # A short value of varying length has a head of one byte and needs no boundary.
        if column.length > 0 or column.width > 126:
            step = {"c": 1, "s": 2, "i": 4, "d": 8}[column.align]
            at = (at + step - 1) // step * step
        at += column.length if column.length > 0 else column.width
    return _aligned(_HEAD + at)


def _aligned(size: float) -> int:
    return math.ceil(size / 8) * 8


_METHODS = {"btree": _btree, "hash": _hash, "gin": _gin, "brin": _brin, "gist": _gist, "spgist": _spgist}
