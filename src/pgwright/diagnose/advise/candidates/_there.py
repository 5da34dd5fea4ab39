"""Whether a candidate is there already. A new index is smaller than one that was written to for years, so a planner
might well prefer it to its own twin; the cure for that is REINDEX."""

from __future__ import annotations

from dataclasses import replace

from ....sql.index_key import columns, direction
from ...signs import _existing
from ...surroundings import Index, Relation
from ...whatif.proposed import Proposed


def is_there(relation: Relation, index: Proposed) -> bool:
    """Whether a valid index of the relation has the same keys in the same order, the same rows, and all that it
    holds."""
    return any(_is_twin(relation, each, index) for each in relation.indexes)


def _is_twin(relation: Relation, there: Index, index: Proposed) -> bool:
    keys = _existing.order(there)
    alike = len(keys) == len(index.keys) and list(map(direction, keys)) == list(map(direction, index.keys))
    if not alike or not set(index.include) <= columns((*there.keys, *there.included)):
        return False
    only = replace(relation, indexes=(there,))
    return _existing.serves(only, index.keys, equal=0, where=index.where, method=index.method)
