"""The pages of a b-tree. It keeps equal keys once, with a list of rows (13 and newer), which makes an index of few
values a quarter as large; an estimate that does not know it misleads whoever has a budget.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from .index_size import POINTER, USABLE, Contents, aligned, tuple_bytes
from .relation_file import BLOCK

_ROW = 6
"""Bytes of a row's address."""
_FILL, _FILL_ABOVE = 0.9, 0.7
_POSTING = BLOCK // 10 // 8 * 8 - POINTER
"""The longest list of rows that CREATE INDEX puts into one tuple (nbtsort.c, 14 to 18)."""
_CLAMP = 0.1
"""The planner takes at most this part of the rows for combinations of columns of which it knows nothing together
(selfuncs.c, 14 to 18). For a size that is far too few."""


def pages(contents: Contents) -> float:
    """The pages but the first."""
    key = tuple_bytes(contents.columns)
    leaf = USABLE * contents.fill(_FILL) - key
    size = sum(_bytes(contents, rows, groups, null=null) for rows, groups, null in _classes(contents))
    leaves = max(math.ceil(size / leaf), 1)
    above = leaves * (key + POINTER) / (USABLE * _FILL_ABOVE)
    return leaves + (math.ceil(above) if leaves > 1 else 0)


def _bytes(contents: Contents, rows: float, groups: float, *, null: bool) -> float:
    """What `rows` entries take that have `groups` different keys."""
    key = tuple_bytes([column for column in contents.columns if not (null and _is_nullest(contents, column))])
    key = aligned(key + 8) if null else key
    groups = min(max(groups, 1.0), max(rows, 1.0))
    if rows <= groups or not _shares(contents):
        return rows * (key + POINTER)
    return groups * _group_bytes(key, rows / groups)


def _shares(contents: Contents) -> bool:
    """Whether equal keys share a tuple."""
    is_on = contents.options.get("deduplicate_items", "on").lower() not in ("off", "false", "0", "no")
    return is_on and all(column.is_key and column.equal_is_same for column in contents.columns)


def _classes(contents: Contents) -> Iterator[tuple[float, float, bool]]:
    """The entries, those with a NULL apart: rows, groups, whether they are NULL. A predicate may be about the NULLs, so
    then they are taken as the planner counts them."""
    rows, groups = max(contents.rows, 0.0), _groups(contents)
    nulls = 0.0 if contents.is_partial else max(column.nulls for column in contents.keys)
    if nulls == 0:
        yield rows, groups, False
        return
    others = [column.different(rows) for column in contents.keys if not _is_nullest(contents, column)]
    yield rows * nulls, _occupied(math.prod(others), rows * nulls), True
    yield rows * (1 - nulls), groups, False


def _is_nullest(contents: Contents, column: object) -> bool:
    return column is max(contents.keys, key=lambda each: each.nulls)


def _groups(contents: Contents) -> float:
    rows = max(contents.rows, 1.0)
    different = [column.different(rows) for column in contents.keys]
    clamp = max(rows * _CLAMP, *different)
    if len(different) == 1 or contents.is_partial or contents.groups < clamp * 0.999:
        return contents.groups
    return max(contents.groups, _occupied(math.prod(different), rows))


def _occupied(places: float, rows: float) -> float:
    """How many of `places` have at least one of `rows` when nothing is known of who goes where."""
    return places * -math.expm1(-rows / places) if places > 0 else 1.0


def _group_bytes(key: int, rows: float) -> float:
    """What the entries of one key take that `rows` rows have, between the two whole numbers."""
    below = math.floor(rows)
    part = rows - below
    return (1 - part) * _shared_bytes(key, below) + part * _shared_bytes(key, below + 1)


def _shared_bytes(key: int, rows: int) -> float:
    most = max((_POSTING - key) // _ROW, 1)
    full, rest = divmod(rows, most)
    return full * (aligned(key + _ROW * most) + POINTER) + (_posting(key, rest) if rest else 0)


def _posting(key: int, rows: int) -> int:
    return (aligned(key + _ROW * rows) if rows > 1 else key) + POINTER
