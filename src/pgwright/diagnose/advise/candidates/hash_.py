"""Hash: long values that are only ever compared for equality take eight bytes each."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import bare, make

_WIDE = 24
"""Bytes from which on the key itself makes a b-tree the larger one of the two."""


def propose(access: Access) -> Iterator[Proposed | None]:
    """An index on each wide column that is compared with one value."""
    for key in (*access.equal, *access.joined):
        column = access.column(bare(key.sql).strip('"'))
        if column is not None and (column.width or 0) >= _WIDE and " " not in key.sql:
            yield make(access, [key.sql], method="hash")
