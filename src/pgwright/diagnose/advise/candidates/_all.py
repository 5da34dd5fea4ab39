"""All candidates for an access, and those among them that hold everything that the statement needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ....base import registry
from ...whatif.keys import columns
from ...whatif.proposed import Proposed
from ..access import Access

KIND = "diagnose.advise.candidates"
_WIDEST = 120
"""Bytes of a row in an index beyond which it is no longer much smaller than the table."""


def candidates(accesses: Iterable[Access]) -> tuple[Proposed, ...]:
    """The candidates of all rules for all accesses, each once, in a fixed order."""
    found: dict[Proposed, None] = {}
    for access in accesses:
        for index in _of(access):
            found.setdefault(index)
            for covering in _covering(access, index):
                found.setdefault(covering)
    return tuple(found)


def _of(access: Access) -> Iterator[Proposed]:
    for name in registry.names(KIND):
        for index in registry.load(KIND, name).propose(access):
            if index is not None:
                yield index


def _covering(access: Access, index: Proposed) -> Iterator[Proposed]:
    """The index with all columns that are read: as keys, which lets equal ones share an entry, or beside them."""
    if access.needed is None or index.method != "btree":
        return
    held = columns(index.keys)
    more = sorted(access.needed - held)
    found = [access.column(name) for name in (*more, *held)]
    if not more or sum((column.width or 8) if column else 8 for column in found) > _WIDEST:
        return
    yield replace(index, include=tuple(more))
