"""How many pages an index takes that nobody has built: from the rows, the widths and the numbers of distinct values.

Each access method stores its entries in its own way, and each is computed as it would be stored. What is not known (how
many words a text has, how many keys a document) is taken from typical ones, and named where it is taken.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .relation_file import BLOCK

USABLE = BLOCK - 24 - 16
"""Bytes of a page between its header and the special space of an index page."""
POINTER = 4
"""Bytes of a page for each of its items."""
LEXEME = 9
"""Bytes of a tsvector for each word besides the word: its entry, one position, and what aligns them."""
HEAD = 8
"""Bytes of the head of an index tuple."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of an index. `width` is the average in bytes, `length` that of a type of fixed length (negative: it
    varies), `stored` that of what the operator class stores instead (0: the same), `align` the pg_type.typalign;
    `nulls` is a fraction, `distinct` as in pg_stats. Of arrays and texts: `elements` is how many a value has on
    average (0: unknown); `common` are groups of the elements that many have: how many, and the fraction of the rows
    that have one; `rarest` is the least such fraction, `element_width` their average width.
    `equal_is_same` says whether equal values are the same bytes, `is_sorted` whether a build sorts the values first."""

    is_key: bool
    length: int
    stored: int
    align: str
    width: int
    nulls: float
    distinct: float
    elements: float
    common: Sequence[tuple[int, float]]
    rarest: float
    element_width: float
    operator_class: str
    equal_is_same: bool
    is_sorted: bool
    expression: str

    @property
    def words(self) -> float:
        """How many elements a value has; of a text the width of the column tells."""
        known = sum(count * fraction for count, fraction in self.common)
        return max(self.elements or self.width / (self.element_width + LEXEME), known)

    def different(self, rows: float) -> float:
        """How many different values there are in a table of `rows`."""
        return max(self.distinct if self.distinct > 0 else -self.distinct * rows, 1.0)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What an index holds: entries for `rows` rows of `groups` different keys, of a table of `heap_pages`. `options`
    are those of the index (fillfactor, …)."""

    method: str
    options: Mapping[str, str]
    columns: Sequence[Column]
    is_partial: bool
    rows: float
    groups: float
    heap_pages: int

    @property
    def keys(self) -> Sequence[Column]:
        """The columns that are not only included."""
        return [column for column in self.columns if column.is_key]

    def fill(self, usual: float) -> float:
        """How full pages are: the option of the index, or what is usual for its access method."""
        return float(self.options["fillfactor"]) / 100 if "fillfactor" in self.options else usual


def tuple_bytes(columns: Sequence[Column], *, has_null: bool = False) -> int:
    """An index tuple: a head, and the values each at its boundary."""
    at = 0
    for column in columns:
        length = column.stored or column.length
        # A short value of varying length has a head of one byte and needs no boundary.
        if length > 0 or column.width > 126:
            step = {"c": 1, "s": 2, "i": 4, "d": 8}[column.align]
            at = (at + step - 1) // step * step
        at += length if length > 0 else column.width
    return aligned(HEAD + (8 if has_null else 0) + at)


def aligned(size: float) -> int:
    """The next boundary of eight bytes."""
    return math.ceil(size / 8) * 8
