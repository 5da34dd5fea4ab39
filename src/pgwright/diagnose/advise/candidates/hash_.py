"""Hash: long values that are only ever compared for equality take eight bytes each."""

from __future__ import annotations

from collections.abc import Iterator

from ....sql import quote
from ....sql.index_key import column
from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make

_WIDE = 24
"""Bytes from which on the key itself makes a b-tree the larger one of the two."""


def propose(access: Access) -> Iterator[Proposed | None]:
    """An index on each wide column that is compared with one value."""
    for key in (*access.equal, *access.joined):
        found = access.column(column(key.sql))
        if found is not None and (found.width or 0) >= _WIDE:
            yield make(access, [quote.ident(found.name)], method="hash")
