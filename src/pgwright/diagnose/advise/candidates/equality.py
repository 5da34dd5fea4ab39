"""Columns that are compared with one value each, together and each alone."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make, orders_of


def propose(access: Access) -> Iterator[Proposed | None]:
    """An index on each key, and on all of them."""
    for key in (*access.equal, *access.joined):
        yield make(access, [key.sql])
    for order in orders_of(access.equal):
        yield make(access, order)
