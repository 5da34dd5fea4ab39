"""GiST and SP-GiST: ranges, points, networks and shapes, by what contains, overlaps or is near."""

from __future__ import annotations

from collections.abc import Iterator

from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make
from .inverted import held

_OPERATORS = frozenset({"@>", "<@", "&&", "<<", ">>", "-|-", "&<", "&>", "~=", ">>=", "<<=", "<->", "~"})
_NETWORKS = ("inet", "cidr")


def propose(access: Access) -> Iterator[Proposed | None]:
    """Both methods for each such condition; the server refuses those that it has no operator class for."""
    for clause in access.clauses:
        if clause.operator not in _OPERATORS or clause.column is None:
            continue
        column = access.column(clause.column.column)
        key = held(access, clause)
        suffix = " inet_ops" if column is not None and column.type in _NETWORKS else ""
        yield make(access, [key + suffix], method="gist")
        yield make(access, [key], method="spgist")
