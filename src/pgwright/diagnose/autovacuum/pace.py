"""How fast autovacuum may work: what its pauses leave, which is the least time that a vacuum takes.

Every page costs points, and after so many points a worker sleeps. Workers without a limit or delay of their own share
one limit, so that three at once are as fast as one alone. 14 to 18.
"""

from __future__ import annotations

from dataclasses import dataclass

from .values import Relation, Snapshot


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Bytes per second, None: no pauses. `reading` where no page is in the cache and none is changed, `changing` where
    each is read and changed. `seconds` are the least that one vacuum needs if every page of the table is read and
    changed and its indexes are read once, while `at_once` workers share the limit."""

    reading: float | None
    changing: float | None
    seconds: float
    at_once: int


def pace(snapshot: Snapshot, relation: Relation, *, at_once: int | None = None) -> Pace:
    """The pace of a worker on `relation` while `at_once` workers are busy (default: all that there may be)."""
    rules = relation.rules
    busy = (snapshot.workers if at_once is None else at_once) if rules.balanced else 1
    if rules.cost_delay <= 0:
        return Pace(reading=None, changing=None, seconds=0.0, at_once=busy)
    limit = max(rules.cost_limit / max(busy, 1), 1)
    points = limit * 1000 / rules.cost_delay  # per second
    _, missed, dirtied = snapshot.costs
    pages, index_pages = relation.bytes / snapshot.block_size, relation.index_bytes / snapshot.block_size
    return Pace(
        reading=points / missed * snapshot.block_size if missed else None,
        changing=points / (missed + dirtied) * snapshot.block_size if missed + dirtied else None,
        seconds=(pages * (missed + dirtied) + index_pages * missed) / points,
        at_once=busy,
    )
