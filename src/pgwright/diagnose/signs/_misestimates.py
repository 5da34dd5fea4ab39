"""The wrong estimates that led to a dear choice: where each begins, and what it spoilt.

Most wrong estimates harm nobody, and one that harms is seen at every node above it. So a wrong estimate is told only
where a choice that rests on it took a large part of the time, and it is told at the lowest node that has it. What may
be spoilt: a nested loop that was meant for few rows, a hash table that was planned too small, a join or a scan that
reads everything because many rows were expected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures
from ._correlation import joining, outer_references
from ._seen import Seen

WRONG = 10.0
"""The factor from which an estimate is wrong: below that the planner's choices are mostly the same."""
ROWS = 100
"""Rows that must be there or expected: a factor of ten between one row and ten changes nothing."""
SHARE = 0.2
"""The share of what was spoilt: a better choice there costs something as well, so less is not worth it."""
LOOPS = 100
PAIRS = 10_000
SEARCH = 4
"""Rows that are read and hashed in the time of one search by an index (14 and 18, all in the cache; with a disk it is
more)."""


@dataclass(frozen=True, kw_only=True)
class Misestimate:
    """A wrong estimate. `node` is where it begins, `spoilt` the choice that rests on it and `how` that in words;
    `share` is what that choice took of the whole. `expected` and `actual` are rows of all loops."""

    node: Node
    expected: float
    actual: float
    spoilt: Node
    how: str
    share: float

    @property
    def under(self) -> bool:
        """Whether fewer rows were expected than came."""
        return self.actual > self.expected


@lru_cache(maxsize=1)  # several signs ask, each for one cause
def misestimates(seen: Seen, root: Node) -> tuple[Misestimate, ...]:
    """The wrong estimates of the plan that did harm."""
    return tuple(_misestimates(seen, root)) if root.measured else ()


def _misestimates(seen: Seen, root: Node) -> Iterator[Misestimate]:
    for node in root.walk():
        if _wrong(seen, node) and not any(_wrong(seen, each) for each in _sources(seen, node)):
            found = max(_harm(seen, node), key=lambda each: each.share, default=None)
            if found is not None and found.share >= SHARE:
                yield found


def _wrong(seen: Seen, node: Node) -> bool:
    account = seen.account.of(node)
    error = account.error
    return error is not None and error >= WRONG and max(account.rows.value, account.rows_estimated) >= ROWS


def _sources(seen: Seen, node: Node) -> tuple[Node, ...]:
    """The nodes whose estimates that of `node` rests on. A bitmap is part of its heap scan."""
    if (cte := seen.plan.cte_of(node)) is not None:
        return (cte,)
    return () if node.type == "Bitmap Heap Scan" else seen.children(node)


def _over(seen: Seen, node: Node) -> Node | None:
    """The node whose estimate rests on that of `node`; None at the root and for the value of a subquery."""
    if node.is_cte:
        return next(iter(seen.plan.readers(node)), None)
    return None if node.subplan else seen.plan.parents.get(node.path)


def _harm(seen: Seen, node: Node) -> Iterator[Misestimate]:
    """What the wrong estimate of `node` spoilt, from the node upwards as far as the estimates stay wrong."""
    account = seen.account.of(node)
    few = account.rows.value > account.rows_estimated

    def spoilt(where: Node, share: float, how: str) -> Misestimate:
        return Misestimate(
            node=node,
            expected=account.rows_estimated,
            actual=account.rows.value,
            spoilt=where,
            how=how,
            share=min(share, 1.0),
        )

    if not few and _scans_in_vain(seen, node):
        yield spoilt(node, seen.share(node), "the whole table was read although an index leads to them")
    child, above = node, _over(seen, node)
    while above is not None:
        for share, how in _looped(seen, above, child) if few else _read_in_vain(seen, above, child):
            yield spoilt(above, share, how)
        if not seen.account.of(above).censored and not _wrong(seen, above) and above.type != "Hash":
            return
        child, above = above, _over(seen, above)


def _looped(seen: Seen, above: Node, child: Node) -> Iterator[tuple[float, str]]:
    """The harm of too few rows expected from `child`."""
    if above.type == "Hash" and 0 < above.number("Original Hash Batches") < above.number("Hash Batches"):
        join = seen.plan.parents[above.path]
        yield seen.share(above, join), "a hash table was planned for few rows and had to be split while it was filled"
    inner = seen.child(above, "Inner") if above.type == "Nested Loop" else None
    if inner is None:
        return
    share = seen.account.subtree_share(inner) + seen.share(above)
    if share < SHARE:
        return
    if child.role == "Outer" and inner.loops >= LOOPS and _dearer_than_one_pass(seen, inner):
        yield share, f"a nested loop searched {inner.loops:,.0f} times"
    elif child is inner and seen.total(above, "Rows Removed by Join Filter") >= PAIRS:
        yield share, "a nested loop compared all pairs"


def _dearer_than_one_pass(seen: Seen, inner: Node) -> bool:
    """Whether reading the inner side once would have been less than searching it so often; so it is taken to be where
    its size is not known."""
    scan = inner if inner.relation else next(seen.below(inner, *SCANS), None)
    if not outer_references(inner):
        return True  # it is the same each time
    relation = seen.relation(scan) if scan is not None else None
    return relation is None or relation.rows <= inner.loops * SEARCH


def _read_in_vain(seen: Seen, above: Node, child: Node) -> Iterator[tuple[float, str]]:
    """The harm of too many rows expected from `child`: the other side of a join was read whole."""
    if above.type not in ("Hash Join", "Merge Join"):
        return
    key = "Hash Cond" if above.type == "Hash Join" else "Merge Cond"
    for side in seen.children(above):
        scan = _scan(seen, side)
        share = seen.account.subtree_share(side)
        if (
            side is child
            or share < SHARE
            or scan is None
            or seen.rows(scan) < WRONG * SEARCH * max(seen.rows(child), 1)
        ):
            continue
        columns = [each.left for each in joining(seen, scan, above, key)]
        relation = seen.relation(scan)
        if any(_cures.has_index(relation, [_cures.plain(seen, scan, each)]) for each in columns):
            yield (
                seen.account.subtree_share(side),
                f"all of {seen.name(scan)} was read although its index leads to them",
            )


def _scan(seen: Seen, side: Node) -> Node | None:
    """The scan of a table that is all of a side, below what only passes rows on."""
    while side.type in ("Hash", "Sort", "Gather", "Gather Merge", "Materialize") and len(seen.children(side)) == 1:
        side = seen.children(side)[0]
    return side if side.type in SCANS else None


def _scans_in_vain(seen: Seen, node: Node) -> bool:
    """Whether a table was read whole for few rows although an index on what is compared exists."""
    removed = seen.total(node, "Rows Removed by Filter")
    if node.type != "Seq Scan" or removed < WRONG * SEARCH * max(seen.rows(node), 1) or seen.share(node) < SHARE:
        return False
    relation = seen.relation(node)
    return any(
        _cures.has_index(relation, [_cures.plain(seen, node, each.left)])
        for each in seen.clauses(node, "Filter")
        if each.constant and each.operator and seen.own(node, each)
    )
