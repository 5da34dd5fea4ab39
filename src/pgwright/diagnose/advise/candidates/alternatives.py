"""OR: an index for each side, so that the rows of all of them are found without reading the table."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make


def propose(access: Access) -> Iterator[Proposed | None]:
    """The keys of each side together, and each alone."""
    for keys in access.alternatives:
        names = [key.sql for key in keys]
        yield make(access, names)
        for name in names:
            yield make(access, [name])
