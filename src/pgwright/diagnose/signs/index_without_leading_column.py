"""An index is searched by its later columns, so that all of it is read.

## What it is

A scan whose condition does not fix the first column of the index: it is not in it, or bounded by a range while a later
one is compared for equality.

## Why it is slow

Entries that match stand in as many places as the first column has values. Up to 17 the whole index, or the whole range,
is read; 18 can skip from one value to the next (`Index Searches`), which is a search for each.

## Cure

An index that begins with what is compared for equality. pgwright builds it concurrently.

## Disproof

The first column has a few values only, and a search for each of them costs nothing (18).

## Versions

14 to 18. The keys of the index are asked of the server.

## Example

    -- with an index on (région, nom)
    SELECT * FROM utilisateurs WHERE nom = 'Curie';
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..conditions import Clause, clauses
from ..query_plan.model import Node
from . import _cures, _existing
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"Index Scan", "Index Only Scan", "Bitmap Index Scan"})
PAGES = 50
"""Fewer pages of an index are read as quickly as they can be asked for."""
WASTE = 5
"""So many pages more than the rows that were found must have been read."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when what it compares does not come first in the index."""
    compared = clauses(node.text("Index Cond"))
    if not compared or not node.executed or not seen.worth(node):
        return
    index, pages, rows = (
        _existing.used(seen, node),
        seen.account.blocks(node) / node.loops,
        seen.rows(node) / node.loops,
    )
    if index is None or index.method != "btree" or pages < PAGES or pages < WASTE * max(rows, 1):
        return
    first = [each for each in compared if _reads(each, index.keys[0])]
    later = [each for each in compared if each.equality and each not in first and _cures.is_key(seen, node, each)]
    if any(each.equality for each in first) or not later:
        return
    cure = _cures.index(seen, node, (*compared, *seen.clauses(node, "Filter")))
    if not cure.sql:
        return
    searches = node.number("Index Searches")
    often = f" in {searches:,.0f} searches" if searches > node.loops else ""
    yield Sign(
        nodes=(node,),
        object=seen.name(node),
        seen=f"{seen.what(node)} reads {pages * node.loops:,.0f} pages{often} to find {rows * node.loops:,.0f} rows:"
        f" {index.name} begins with {index.keys[0]}, which is {'only bounded' if first else 'not compared'}.",
        why="What matches stands in as many places of the index as its first column has values.",
        disproof="The first column has a few values only, and a search for each costs nothing.",
        share=seen.share(node),
        confidence=Confidence.MEASURED,
        cure=cure,
        fields={"Index Name": index.name, "Index Cond": node.text("Index Cond")}
        | ({"Index Searches": searches} if searches else {}),
    )


def _reads(clause: Clause, key: str) -> bool:
    """Whether the clause compares the key of an index."""
    if clause.column is not None:
        return quote.ident(clause.column.column) == key or clause.column.column == key
    return any(each.column in key for each in clause.reads)
