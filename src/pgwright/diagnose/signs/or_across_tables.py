"""A condition with OR on columns of two tables is applied after the join.

## What it is

One side of the OR is on one table, the other on another. Neither can be applied to its table alone, so all rows are
joined first.

## Why it is slow

The tables are joined whole, although each side of the OR alone would be found by an index.

## Cure

One query for each side of the OR, put together by UNION ALL; what the first has found is left out of the next.

## Disproof

One side of the OR keeps a large part of its table.

## Versions

14 to 18.

## Example

    SELECT … FROM commandes c JOIN utilisateurs u ON … WHERE c.référence = 'R7' OR u.email = 'a@b';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import Clause, clauses
from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures
from ._as_union import alternatives, union_of_alternatives
from ._seen import WORTH, Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Hash Join", "Merge Join", "Nested Loop"})
ROWS = 10_000
DISCARDED = 0.9


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The join, when an OR across its sides discards nearly all it joined."""
    removed, kept = seen.total(node, "Rows Removed by Join Filter"), seen.rows(node)
    share = seen.account.subtree_share(node)
    if removed < ROWS or removed / (removed + kept) < DISCARDED or share < WORTH:
        return
    for clause in seen.clauses(node, "Join Filter"):
        sides = [clauses(each) for each in alternatives(clause.text)]
        scans = [_served(seen, node, side) for side in sides]
        if len(sides) < 2 or None in scans or len(set(scans)) < 2:
            continue
        statement = union_of_alternatives(seen.plan.query)
        note = "-- write one query for each side of the OR, and put them together by UNION ALL; leave out of the"
        yield Sign(
            nodes=(node,),
            object="",
            seen=f"{removed + kept:,.0f} rows are joined before the condition {clause.text} keeps {kept:,.0f} of them.",
            why="A condition with OR on two tables can be applied to neither of them alone.",
            disproof="One side of the OR keeps a large part of its table.",
            share=share,
            confidence=Confidence.MEASURED,
            cure=_cures.rewrite(statement or f"{note}\n-- second what the first has: AND (first side) IS NOT TRUE"),
            fields={"Join Filter": clause.text, "Rows Removed by Join Filter": removed, "Actual Rows": kept},
        )
        return


def _served(seen: Seen, node: Node, side: tuple[Clause, ...]) -> str | None:
    """The alias of the only table that one side of an OR is about, where an index serves it or nobody knows; else
    None."""
    aliases = {each.alias for clause in side for each in clause.reads}
    scans = [scan for scan in seen.below(node, *SCANS) if {scan.alias} == aliases]
    if not scans or not all(clause.constant for clause in side):
        return None
    relation = seen.relation(scans[0])
    keys = [_cures.plain(seen, scans[0], clause.left) for clause in side if clause.left]
    known = relation is None or any(_cures.has_index(relation, [key]) for key in keys)
    return scans[0].alias if known else None
