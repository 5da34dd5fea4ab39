"""The order in which rows are wanted: behind the columns that have one value, or alone, so that nothing is sorted and a
LIMIT ends early."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make, orders_of


def propose(access: Access) -> Iterator[Proposed | None]:
    """Indexes that end with the order, or with what is grouped by."""
    wanted = [*access.orders, *([access.grouped] if access.grouped else [])]
    for order in wanted:
        yield make(access, order)
        for equal in orders_of(access.equal):
            yield make(access, [*equal, *order])
        for key in (*access.equal, *access.joined):
            yield make(access, [key.sql, *order])
