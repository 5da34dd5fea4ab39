"""BRIN: a few kilobytes for a table of any size, where the rows lie in the order of the column, as in one that only
grows."""

from __future__ import annotations

from collections.abc import Iterator

from ....sql import quote
from ....sql.index_key import column
from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make

_CORRELATED = 0.9
_PAGES = 12_800
"""Below a hundred blocks of the index's granularity (128 pages each) a b-tree costs little more and finds much more."""


def propose(access: Access) -> Iterator[Proposed | None]:
    """An index on each bounded or compared column that is stored in order."""
    if access.relation.pages < _PAGES and access.relation.kind != "p":
        return
    for key in (*access.bounded, *access.equal):
        found = access.column(column(key.sql))
        if found is not None and abs(found.correlation or 0.0) >= _CORRELATED:
            yield make(access, [quote.ident(found.name)], method="brin")
