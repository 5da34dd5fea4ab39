"""BRIN: a few kilobytes for a table of any size, where the rows lie in the order of the column, as in one that only
grows."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import bare, make

_CORRELATED = 0.9
_PAGES = 12_800
"""Below a hundred blocks of the index's granularity (128 pages each) a b-tree costs little more and finds much more."""


def propose(access: Access) -> Iterator[Proposed | None]:
    """An index on each bounded or compared column that is stored in order."""
    if access.relation.pages < _PAGES and access.relation.kind != "p":
        return
    for key in (*access.bounded, *access.equal):
        column = access.column(bare(key.sql).strip('"'))
        if column is not None and abs(column.correlation or 0.0) >= _CORRELATED:
            yield make(access, [bare(key.sql)], method="brin")
