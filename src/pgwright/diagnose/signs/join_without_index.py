"""A nested loop compares every row of one side with every row of the other.

## What it is

The inner side of a nested loop is read whole for each row of the outer side, from the table or from a copy in memory,
and the join condition throws nearly all pairs away.

## Why it is slow

The work is the product of both sides.

## Cure

An index on what the join compares, on the larger side: equality first, or the column that both ends of a range bound.

## Disproof

Both tables have a few rows only; or a hash join was possible and a wrong estimate prevented it.

## Versions

14 to 18.

## Example

    SELECT p.nom, count(*) FROM promotions p JOIN commandes c ON c.créee_a >= p.début AND c.créee_a < p.fin GROUP BY 1;
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..conditions import Clause
from ..query_plan.model import Node
from . import _cures
from ._correlation import joining
from ._seen import Seen
from ._sign import Confidence, Cure, Sign

NODES = frozenset({"Nested Loop"})
PAIRS = 10_000
LARGE = 500
"""Rows of a table that is compared as fast as an index would be searched: some ten pages."""
SEARCH = 20
"""Comparisons in memory that take as long as fetching one row by an index (14 and 18, all in the cache)."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The nested loop, when its join condition discards nearly all pairs and an index could find the others."""
    removed, kept = seen.total(node, "Rows Removed by Join Filter"), seen.rows(node)
    pairs = removed + kept
    if removed < PAIRS or not seen.worth(node, *seen.children(node)):
        return
    for scan, other in _sides(seen, node):
        compared = list(joining(seen, scan, node, "Join Filter"))
        if seen.rows(scan) < LARGE or (kept + seen.rows(other)) * SEARCH > pairs or not _selective(compared):
            continue
        cure = _cures.index(seen, scan, [*compared, *(each for each in seen.clauses(scan, "Filter") if each.equality)])
        if cure.sql:
            yield _sign(seen, node, scan, pairs, kept, cure)
            return


def _sides(seen: Seen, node: Node) -> Iterator[tuple[Node, Node]]:
    """The scans of a table on either side, each with the other side; the one that gives more rows first."""
    inner, outer = seen.child(node, "Inner"), seen.child(node)
    if inner is None or outer is None:
        return
    copied = next(iter(seen.children(inner)), inner) if inner.type == "Materialize" else inner
    found = [(copied, outer), (outer, copied)]
    yield from sorted((each for each in found if each[0].relation), key=lambda each: -seen.rows(each[0]))


def _sign(seen: Seen, node: Node, scan: Node, pairs: float, kept: float, cure: Cure) -> Sign:
    below = tuple(each for child in seen.children(node) for each in (child, *seen.children(child)))
    return Sign(
        nodes=(node, scan),
        object=seen.name(scan),
        seen=f"{pairs:,.0f} pairs of rows of {seen.name(scan)} and the other side are compared, and {kept:,.0f} kept.",
        why="Without an index on what the join compares, the work is the product of both sides.",
        disproof="Most pairs are kept for other values.",
        share=seen.share(node, *below),
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={
            "Join Filter": node.text("Join Filter"),
            "Rows Removed by Join Filter": pairs - kept,
            "Actual Rows": kept,
        },
    )


def _selective(compared: Sequence[Clause]) -> bool:
    """Whether an index could find few rows by these: by equality, or by both ends of a range."""
    ranges = [clause.left for clause in compared if clause.range and not clause.constant]
    equal = any(clause.equality and not clause.constant for clause in compared)
    return equal or len(set(ranges)) < len(ranges)
