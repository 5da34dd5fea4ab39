"""A nested loop that was meant for a few rows searches its inner side thousands of times.

## What it is

At least ten times as many rows came from the outer side as were expected, and no statistics are known that would have
told the planner: a join on several columns, the result of a function or of WITH.

## Why it is slow

Each search by an index takes longer than hashing a row, and all of them longer than one pass.

## Cure

This statement without nested loops, tried in one transaction. Where it helps, keep it for this statement alone, with
SET LOCAL.

## Disproof

The other join is not faster.

## Versions

14 to 18.

## Example

    SELECT … FROM ventes v JOIN magasins m USING (pays, ville) JOIN clients c ON c.id = v.client_id;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures
from ._causes import cause_of
from ._misestimates import misestimates
from ._seen import Seen
from ._sign import Confidence, Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = ("join_without_index",)


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each nested loop that a wrong estimate led to, where nothing is known against the estimate itself."""
    told: set[str] = set()
    for found in misestimates(seen, root):
        if not found.under or found.spoilt.type != "Nested Loop" or found.spoilt.path in told:
            continue
        if cause_of(seen, found).cure.sql:
            continue
        told.add(found.spoilt.path)
        yield Sign(
            nodes=(found.spoilt, found.node),
            object=seen.name(found.node),
            seen=f"{seen.what(found.node)} gives {found.actual:,.0f} rows where {found.expected:,.0f} were expected;"
            f" so {found.how}.",
            why="A nested loop is the fastest join for a few rows, and the slowest for many.",
            disproof="The statement is not faster without nested loops.",
            share=found.share,
            confidence=Confidence.ESTIMATED,
            cure=_cures.session_setting("enable_nestloop", "off"),
            fields={"Plan Rows": found.expected, "Actual Rows": found.actual, "of": found.node.type},
        )
