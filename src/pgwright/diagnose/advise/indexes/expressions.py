"""The expressions that candidates have as keys: what the planner may know nothing of before an ANALYZE."""

from __future__ import annotations

from collections.abc import Sequence

from ....sql.index_key import column
from ...whatif.planner import Planner
from ...whatif.proposed import Proposed
from . import pool
from .cases import Case


def computed(planner: Planner, cases: Sequence[Case]) -> tuple[Proposed, ...]:
    """One index for each expression of those cases that matter, as far as there can be one; all are on offer then."""
    wanted = {
        Proposed(schema=index.schema, table=index.table, keys=(key,), method=index.method): None
        for case in pool.heaviest(cases)
        for index in case.candidates
        for key in index.keys
        if not column(key)
    }
    return tuple(planner.offer(wanted))
