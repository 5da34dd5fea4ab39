"""How many rows have changed since the last ANALYZE, where the server's own count says too many.

What a session wrote before its own ANALYZE is counted after it, until the next one (14 to 18, tried). Then those rows
count as live twice, too: more than there can be in the pages of the table.
"""

from __future__ import annotations


def changed(modified: int, *, others: int, live: int, rows: float, counted_pages: int, pages: int | None) -> int:
    """`modified` without what was counted late. `others` are the updates and deletes ever counted, which leave room for
    rows; `live` is the counter of rows; `rows` stood in `counted_pages` when they were counted, and now there are
    `pages` (None: not known)."""
    if pages is None or counted_pages <= 0 or 2 * others >= modified:
        return modified
    twice = live - rows / counted_pages * pages
    return max(round(modified - twice), 0) if 2 * twice >= modified else modified
