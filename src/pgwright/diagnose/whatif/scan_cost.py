"""What reading a table by a b-tree costs, as PostgreSQL's planner reckons it (costsize.c and selfuncs.c, 14 to 18).

Pure arithmetic for one table and one index: the way down the tree, the pages of the index, the pages of the table by
how its order agrees with that of the index, and the work for each row. The planner knows more: parameters from the
outside, several searches, caches that are warm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_PER_PAGE = 50
"""Operators that the work on one page of the tree counts as (DEFAULT_PAGE_CPU_MULTIPLIER)."""
_LATER_KEYS = 0.75
"""What is left of the correlation of the first column when there are more."""
_BITMAP_ENTRY = 0.1
"""What a row in a bitmap costs, in operators."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The planner's settings: costs of a page and of work on rows, and the pages that caches hold."""

    seq_page: float = 1.0
    random_page: float = 4.0
    cpu_tuple: float = 0.01
    cpu_index_tuple: float = 0.005
    cpu_operator: float = 0.0025
    cache_pages: float = 524_288.0


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A search in an index. `entries` are those of the index, on `index_pages` with `height` levels above the leaves;
    `found` is the part of them that the `searched` conditions find, `checked` are conditions that each row is checked
    for besides. `correlation` is that of the first column; `keys` is the number of key columns. `unseen` is the part of
    the table's pages that must be looked at: all of them, or of an index that has all columns those that are not known
    to be visible to everybody."""

    table_pages: float
    table_rows: float
    index_pages: float
    entries: float
    height: int
    found: float
    searched: int
    checked: int
    correlation: float
    keys: int
    unseen: float = 1.0


def cheapest(prices: Prices, scan: Scan) -> float:
    """The cost of the cheaper way: in the order of the index, or by a bitmap of pages."""
    if scan.unseen < 1:
        return in_order(prices, scan)
    return min(in_order(prices, scan), by_bitmap(prices, scan))


def in_order(prices: Prices, scan: Scan) -> float:
    """The cost of an index scan, or an index-only scan."""
    rows = _rows(scan)
    worst = _fetched(scan.table_pages, rows, prices.cache_pages) * scan.unseen
    least = math.ceil(scan.found * scan.entries / max(scan.table_rows, 1) * scan.table_pages) * scan.unseen
    costly = worst * prices.random_page
    cheap = (prices.random_page + (math.ceil(least) - 1) * prices.seq_page) if least > 0 else 0.0
    correlation = scan.correlation * (_LATER_KEYS if scan.keys > 1 else 1)
    pages = costly + correlation**2 * (min(cheap, costly) - costly)
    return _index(prices, scan) + pages + rows * (prices.cpu_tuple + scan.checked * prices.cpu_operator)


def by_bitmap(prices: Prices, scan: Scan) -> float:
    """The cost of a bitmap scan."""
    rows, table = _rows(scan), max(scan.table_pages, 1.0)
    pages = min(2 * table * rows / (2 * table + rows), table)
    pages = table if pages >= table else math.ceil(pages)
    page = prices.random_page
    if pages >= 2:
        page -= (prices.random_page - prices.seq_page) * math.sqrt(pages / table)
    work = prices.cpu_tuple + (scan.checked + scan.searched) * prices.cpu_operator
    bitmap = _index(prices, scan) + _BITMAP_ENTRY * prices.cpu_operator * rows
    return bitmap + pages * page + rows * work


def _rows(scan: Scan) -> float:
    return max(round(scan.found * scan.entries), 1.0)


def _index(prices: Prices, scan: Scan) -> float:
    """The index itself: down the tree, over its pages, through its entries."""
    rows = _rows(scan)
    pages = max(math.ceil(rows * scan.index_pages / max(scan.entries, 1)), 1)
    down = math.ceil(math.log2(scan.entries)) if scan.entries > 1 else 0
    descent = (down + (scan.height + 1) * _PER_PAGE) * prices.cpu_operator
    return descent + pages * prices.random_page + rows * (prices.cpu_index_tuple + scan.searched * prices.cpu_operator)


def _fetched(pages: float, rows: float, cache: float) -> float:
    """How many pages are read for rows that lie anywhere, when pages may have to be read twice (Mackert and Lohman)."""
    table = max(pages, 1.0)
    cache = max(cache, 1.0)
    if table <= cache:
        return min(math.ceil(2 * table * rows / (2 * table + rows)), table)
    limit = 2 * table * cache / (2 * table - cache)
    if rows <= limit:
        return math.ceil(2 * table * rows / (2 * table + rows))
    return math.ceil(cache + (rows - limit) * (table - cache) / table)
