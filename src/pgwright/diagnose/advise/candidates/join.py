"""Columns that are compared with those of another table: the inner side of a nested loop is searched once for each
row of the outer one, with the constant conditions of this table before or behind."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make


def propose(access: Access) -> Iterator[Proposed | None]:
    """Indexes that begin with a join key, or with the constants and then the join key."""
    constants = [key.sql for key in access.equal]
    joined = [key.sql for key in access.joined]
    if len(joined) > 1:
        yield make(access, joined)
    for key in joined:
        if constants:
            yield make(access, [key, *constants])
            yield make(access, [*constants, key])
        for other in constants:
            yield make(access, [key, other])
            yield make(access, [other, key])
        for bound in access.bounded:
            yield make(access, [key, bound.sql])
            yield make(access, [*constants, key, bound.sql])
