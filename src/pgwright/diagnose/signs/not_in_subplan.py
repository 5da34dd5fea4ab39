"""NOT IN with a subquery that is compared row by row.

## What it is

`x NOT IN (SELECT …)` whose subquery is too large to be hashed within work_mem: its rows are kept in a list, and the
list is walked for every row outside.

## Why it is slow

The work is the product of both sides. It comes suddenly, when the subquery outgrows work_mem.

## Cure

NOT EXISTS, which can be joined. It means the same unless one side can be NULL: a single NULL in the subquery makes NOT
IN give no rows at all, which is seldom meant.

## Disproof

The subquery gives a few rows only.

## Versions

14 to 18; none of them joins NOT IN.

## Example

    SELECT * FROM utilisateurs WHERE id NOT IN (SELECT utilisateur_id FROM commandes);
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures
from ._as_not_exists import not_exists
from ._correlation import outer_references
from ._seen import WORTH, Seen
from ._sign import Confidence, Cure, Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = ("subplan_per_row", "temporary_files")
LOOPS = 100


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each subquery of a NOT IN that was walked again and again."""
    for node in root.walk():
        if node.is_sub_plan and (node.loops >= LOOPS or not node.measured):
            holder = seen.plan.parents[node.path]
            share = min(seen.account.subtree_share(node) + seen.share(holder), 1.0)
            if share >= WORTH and _walked(holder, node) and not outer_references(node):
                yield _sign(seen, holder, node, share)


def _walked(holder: Node, node: Node) -> bool:
    """Whether a condition of `holder` says NOT IN, and does not look `node` up in a hash table."""
    name = re.escape(node.subplan)
    before_17, since = rf"NOT \({name}\)", rf"NOT \(ANY \([^\n]*\({name}\)\.col1"
    return any(re.search(f"{before_17}|{since}", holder.text(key)) for key in ("Filter", "Join Filter"))


def _sign(seen: Seen, holder: Node, node: Node, share: float) -> Sign:
    measured = node.measured
    rows = f" for each of {node.loops:,.0f} rows" if measured else " for each row"
    return Sign(
        nodes=(node, holder),
        object=seen.name(holder),
        seen=f"{seen.what(holder)} walks the list of {node.subplan}{rows} to find out that nothing in it is equal.",
        why="The work is the product of both sides, because the subquery of this NOT IN does not fit a hash table.",
        disproof="The subquery gives a few rows only.",
        share=share,
        confidence=Confidence.MEASURED if measured else Confidence.ESTIMATED,
        cure=_cure(seen, holder),
        fields={"Filter": holder.text("Filter") or holder.text("Join Filter"), "Actual Loops": node.loops},
    )


def _cure(seen: Seen, holder: Node) -> Cure:
    statement = not_exists(seen.plan.query, holder.alias)
    note = "-- the same where neither side is NULL; one NULL in the subquery makes NOT IN give nothing at all"
    change = statement or "-- write NOT EXISTS (SELECT FROM … WHERE …) with the comparison in its WHERE, not NOT IN"
    return _cures.rewrite(f"{note}\n{change}")
