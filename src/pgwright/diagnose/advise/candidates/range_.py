"""A column with a lower or an upper bound, behind those that have one value: a b-tree can use one range."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make, orders_of


def propose(access: Access) -> Iterator[Proposed | None]:
    """The bounded column alone, and behind the columns that are equal to something."""
    for bound in access.bounded:
        yield make(access, [bound.sql])
        for order in orders_of(access.equal):
            yield make(access, [*order, bound.sql])
        for key in access.equal:
            yield make(access, [key.sql, bound.sql])
