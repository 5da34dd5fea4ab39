"""What several rules share: making a candidate of keys, each key once and not too many of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from ....sql.index_key import bare
from ...whatif.proposed import Proposed
from ..access import Access, Key

LONGEST = 5
"""More keys are not proposed: each makes every write and every page of the index dearer."""
_TO_PERMUTE = 3
"""Of so many keys every order is tried: which one is best depends on what else the index is to serve."""


def make(access: Access, keys: Iterable[str], *, method: str = "btree", where: str = "") -> Proposed | None:
    """The candidate with these keys, each expression once; None without any, or with too many."""
    kept: dict[str, str] = {}
    for key in keys:
        kept.setdefault(bare(key), key)
    if not kept or len(kept) > LONGEST:
        return None
    schema, table = access.table
    return Proposed(schema=schema, table=table, keys=tuple(kept.values()), method=method, where=where)


def orders_of(keys: Sequence[Key]) -> Iterator[tuple[str, ...]]:
    """The keys in every order worth trying: all of a few, else the most selective first."""
    names = tuple(key.sql for key in keys)
    if len(names) <= _TO_PERMUTE:
        yield from permutations(names)
    else:
        yield names[:LONGEST]
        yield from ((name, *(each for each in names if each != name))[:LONGEST] for name in names[1:])
