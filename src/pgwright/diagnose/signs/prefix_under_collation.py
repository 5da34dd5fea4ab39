"""A pattern fixes how a value begins, but the index on the column is sorted by a language's rules.

## What it is

`LIKE 'abc%'` on a column that has a b-tree, and yet the whole table is read.

## Why it is slow

Under a collation that is not bytewise, what begins with `abc` need not stand together in the index. (C, POSIX and the
builtin collations are bytewise; C.UTF-8 of libc is not for the planner, 14 to 18.)

## Cure

A second index with the operator class text_pattern_ops, which is sorted by bytes.

## Disproof

Other patterns begin with a wildcard.

## Versions

14 to 18.

## Example

    SELECT * FROM produits WHERE nom LIKE 'Chaise%';
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..conditions import Clause
from ..query_plan.model import Node
from . import _cures, _discards, _existing
from ._seen import Seen
from ._sign import Sign

NODES = frozenset({"Seq Scan"})
EXPLAINS = ("seq_scan_discards_rows",)


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The scan, when an index on the column is there and its collation forbids it."""
    found = _discards.discards(seen, node)
    filtered = seen.clauses(node, "Filter") if found is not None else ()
    prefixes = [each for each in filtered if each.operator in ("~~", "~") and _forbidden(seen, node, each)]
    if found is None or not prefixes or _discards.plain_suffices(seen, node, filtered):
        return
    cure, column = _cures.index(seen, node, filtered), _cures.column_of(seen, node, prefixes[0])
    if not cure.sql or column is None:
        return
    yield Sign(
        nodes=found.nodes,
        object=found.object,
        seen=f"{found.text} The index on {quote.ident(column.name)} is sorted by the collation {column.collation}.",
        why="Under this collation, values that begin alike need not stand together.",
        disproof="Other patterns begin with a wildcard.",
        share=found.share,
        confidence=found.confidence,
        cure=cure,
        fields=found.fields,
    )


def _forbidden(seen: Seen, node: Node, clause: Clause) -> bool:
    column = _cures.column_of(seen, node, clause) if _cures.is_prefix(clause) else None
    if column is None or column.bytewise or not _cures.is_column(seen, node, clause):
        return False
    return _existing.serves(seen.relation(node), [quote.ident(column.name)], equal=1)
