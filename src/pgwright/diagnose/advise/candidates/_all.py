"""All candidates for an access, and those among them that hold everything that the statement needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ....base import registry
from ....sql.index_key import bare, column, columns
from ...whatif.proposed import Proposed
from ..access import Access
from ._there import is_there

KIND = "diagnose.advise.candidates"
_WIDEST = 120
"""Bytes of a row in an index beyond which it is no longer much smaller than the table."""

_NARROW = 4
"""A table of so few columns may be all in an index: one that joins two others is."""


def candidates(accesses: Iterable[Access]) -> tuple[Proposed, ...]:
    """The candidates of all rules for all accesses, each once, in a fixed order."""
    found: dict[Proposed, None] = {}
    for access in accesses:
        for index in _of(access):
            for each in (index, *_covering(access, index)):
                if not is_there(access.relation, each):
                    found.setdefault(each)
    return tuple(found)


def _of(access: Access) -> Iterator[Proposed]:
    for name in registry.names(KIND):
        for index in registry.load(KIND, name).propose(access):
            if index is not None:
                yield index


def _covering(access: Access, index: Proposed) -> Iterator[Proposed]:
    """The index with all columns that are read. Not where that is a second copy of the whole table; nor where a key is
    an expression of which nobody knows how many rows have one value, so that nobody knows what it is worth."""
    if access.needed is None or index.method != "btree" or _is_guess(access, index):
        return
    held = columns(index.keys)
    more = sorted(access.needed - held)
    if len(held) + len(more) == len(access.relation.columns) > _NARROW:
        return
    found = [access.column(name) for name in (*more, *held)]
    if not more or sum((column.width or 8) if column else 8 for column in found) > _WIDEST:
        return
    yield replace(index, include=tuple(more))


def _is_guess(access: Access, index: Proposed) -> bool:
    """Whether a key is an expression without statistics."""
    return any(not column(key) and bare(key).strip("()") not in _known(access) for key in index.keys)


def _known(access: Access) -> set[str]:
    return {each.strip("()") for each in access.relation.expressions}
