"""A pattern that may stand anywhere in a text is compared with every row.

## What it is

`LIKE '%word%'`, ILIKE, or a regular expression that is not anchored, and hardly a row matches.

## Why it is slow

A b-tree is sorted by how values begin, so it cannot be searched for what is in the middle of them.

## Cure

A GIN index of trigrams (pg_trgm) on the column, with the extension where it is missing. Patterns without three letters
in a row are not found by it, and not reported.

## Disproof

Other patterns match a large part of the table, or hold no three letters.

## Versions

14 to 18.

## Example

    SELECT * FROM produits WHERE description LIKE '%velours%';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures, _discards
from ._seen import Seen
from ._sign import Sign

NODES = frozenset({"Seq Scan"})
EXPLAINS = ("seq_scan_discards_rows", "predicate_on_expression")
PATTERNS = frozenset({"~~", "~~*", "~", "~*"})


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when a pattern discards nearly all it reads."""
    found = _discards.discards(seen, node)
    filtered = seen.clauses(node, "Filter") if found is not None else ()
    patterns = [each for each in filtered if each.operator in PATTERNS and not _cures.is_prefix(each)]
    wanted = [each for each in patterns if _cures.is_searchable(each) and seen.own(node, each) and each.left]
    if found is None or not wanted or _discards.plain_suffices(seen, node, filtered):
        return
    cure = _cures.index(seen, node, wanted[:1])
    if not cure.sql:
        return
    yield Sign(
        nodes=found.nodes,
        object=found.object,
        seen=f"{found.text} It searches each for {wanted[0].value.removesuffix('::text')}.",
        why="A b-tree is sorted by how values begin, and cannot be searched for what is inside them.",
        disproof="Other patterns match a large part of the table, or hold no three letters in a row.",
        share=found.share,
        confidence=found.confidence,
        cure=cure,
        fields=found.fields,
    )
