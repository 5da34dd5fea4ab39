"""An index finds many more rows than the query wants, and a filter throws the others away.

## What it is

A scan by an index whose condition holds only a part of what the query asks; at least four of five rows that it finds
are fetched from the table for nothing.

## Why it is slow

Each row is a visit to a page of the table, to read a column that the index could have held.

## Cure

One index for both: what the index compares and what the filter compares, equality first. Conditions such as `IS NULL`
become the predicate of a partial index. pgwright builds it concurrently.

## Disproof

Other values of the condition keep most of what the index finds.

## Versions

14 to 18.

## Example

    SELECT * FROM commandes WHERE utilisateur_id = 5 AND statut = 'EN_ATTENTE';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.kinds import SCANS
from ..query_plan.model import Node
from . import _cures, _discards
from ._seen import Seen
from ._sign import Sign

NODES = SCANS - {"Seq Scan"}
DISCARDED = 0.8
"""A visit to a row by an index is dearer than one in a sequential scan: less waste is worth a cure."""
ROWS = 3_000
"""So many rows are fetched in a millisecond, while the pages are in the cache."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when its filter discards most of what the index finds."""
    found = _discards.discards(seen, node, least=ROWS, part=DISCARDED)
    if found is None:
        return
    filtered, compared = seen.clauses(node, "Filter"), seen.clauses(node, "Index Cond", "Recheck Cond")
    keys = [each for each in filtered if _cures.is_key(seen, node, each)]
    partial = [each for each in filtered if each.operator in _cures.PARTIAL and each.constant]
    bounded = not compared or any(not each.equality for each in compared)
    if not partial and all(bounded and not each.equality for each in keys):
        return  # a b-tree is searched by one range only, and who walks an index for its order has one already
    cure = _cures.index(seen, node, (*compared, *filtered))
    if not cure.sql:
        return
    yield Sign(
        nodes=found.nodes,
        object=found.object,
        seen=found.text,
        why="Each of the others is a visit to the table, for a column that the index could have held.",
        disproof="Other values of the condition keep most of what the index finds.",
        share=found.share * found.removed / (found.removed + found.kept),
        confidence=found.confidence,
        cure=cure,
        fields=found.fields,
    )
