"""Only the rows that a statement can want: `WHERE deleted_at IS NULL`, `WHERE statut = 'EN_ATTENTE'`. Small where few
rows are of that kind, and free for every write of the others. A value counts only where every call has the same one: an
index for one customer serves no other, and none at all a statement whose plan is made for any value.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....sql import quote
from ....sql.index_key import column
from ...conditions import Clause
from ...whatif.proposed import Proposed
from ..access import Access
from ._making import make
from ._predicates import predicate

_FEW = 0.1
"""The part of the rows above which a predicate saves too little to be worth an index for one constant."""


def propose(access: Access) -> Iterator[Proposed | None]:
    """For each constant condition of few rows: what else is compared or wanted in order, of those rows alone."""
    for clause in access.clauses:
        where = predicate(access, clause, most=_FEW)
        if not where:
            continue
        others = [key.sql for key in access.equal if not _is_of(clause, key.sql)]
        joined = [key.sql for key in access.joined]
        bounded = [key.sql for key in access.bounded if not _is_of(clause, key.sql)]
        for keys in ([*others], *([key] for key in joined), *([*others, key] for key in (*joined, *bounded))):
            yield make(access, keys, where=where)
        for order in access.orders:
            yield make(access, [*others, *order], where=where)
        if clause.column is not None and clause.operator in ("=", "IS NULL"):
            yield make(access, [quote.ident(clause.column.column)], where=where)


def _is_of(clause: Clause, key: str) -> bool:
    """Whether a key is what the clause compares."""
    return clause.column is not None and column(key) == clause.column.column
