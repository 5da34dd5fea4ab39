"""A sequential scan reads a table to keep a few of its rows.

## What it is

Every row of the table is read and compared, and at least nine of ten are thrown away.

## Why it is slow

The work grows with the table, not with the answer, and pages that others need leave the cache.

## Cure

An index on what the condition compares: equality first, then one range. pgwright builds it concurrently.

## Disproof

The condition keeps a large part of the table for other values of its parameters; or the table is so small
that it is read in a millisecond.

## Versions

14 to 18.

## Example

    SELECT * FROM commandes WHERE statut = 'EN_ATTENTE';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Seq Scan"})
DISCARDED = 0.9
ROWS = 10_000


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when it discards nearly all it reads."""
    removed = seen.total(node, "Rows Removed by Filter")
    kept = seen.rows(node)
    if removed < ROWS or removed / (removed + kept) < DISCARDED or not seen.worth(node):
        return
    cure = _cures.index(seen, node, seen.clauses(node, "Filter"))
    if not cure.sql:
        return
    yield Sign(
        nodes=(node,),
        object=seen.name(node),
        seen=f"{seen.what(node)} reads {removed + kept:,.0f} rows and keeps {kept:,.0f} of them.",
        why="The work grows with the table and not with the answer.",
        disproof="Other values of the condition keep a large part of the table.",
        share=seen.share(node),
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={"Filter": node.text("Filter"), "Rows Removed by Filter": removed, "Actual Rows": kept},
    )
