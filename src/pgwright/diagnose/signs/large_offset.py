"""Rows are computed only to be skipped by OFFSET.

## What it is

A page far behind the first one is asked for with OFFSET. All rows before it are read, joined and sorted, and thrown
away.

## Why it is slow

Each further page costs more than the one before, and the last ones as much as the whole.

## Cure

Remember where the page before ended, and ask for what comes after that (keyset pagination). With an index on the order
every page costs the same.

## Disproof

Nobody turns to pages this far behind, or they must be reached by number.

## Versions

14 to 18.

## Example

    SELECT * FROM commandes ORDER BY créee_a DESC, id DESC LIMIT 50 OFFSET 100000;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import parse
from ..query_plan.model import Node
from . import _cures
from ._seen import WORTH, Seen
from ._sign import Confidence, Cure, Sign
from ._statement import conjuncts, select, where

NODES = frozenset({"Limit"})
SKIPPED = 1_000
TIMES = 10
"""So many times the rows that are kept must be skipped: below that OFFSET is not what costs."""
_READS_ALL = frozenset({"Hash", "SetOp", "Recursive Union", "CTE Scan"})


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The LIMIT, when most of what it asks for is skipped."""
    child = seen.child(node)
    if child is None or not node.executed:
        return
    kept, asked = seen.rows(node), seen.rows(child)
    skipped = asked - kept
    if skipped < SKIPPED or skipped < TIMES * kept:
        return
    share = seen.share(*_asked_row_by_row(seen, child)) * skipped / asked
    if share < WORTH:
        return
    yield Sign(
        nodes=(node, child),
        object="",
        seen=f"{asked:,.0f} rows are computed, and OFFSET skips {skipped:,.0f} of them.",
        why="Each further page costs more than the one before.",
        disproof="Nobody asks for a page this far behind.",
        share=share,
        confidence=Confidence.MEASURED,
        cure=_cure(seen, skipped),
        fields={"Actual Rows": kept, f"Actual Rows of {child.type}": asked},
    )


def _asked_row_by_row(seen: Seen, node: Node) -> Iterator[Node]:
    """The nodes that did the work of each row when it was asked for: down to those that read all before the first."""
    if node.type == "Sort":
        yield node  # to find the first rows only takes less than to sort them all
    elif node.type not in _READS_ALL and not (node.type == "Aggregate" and node.text("Strategy") != "Sorted"):
        yield node
        for child in seen.children(node):
            yield from _asked_row_by_row(seen, child)


def _cure(seen: Seen, skipped: float) -> Cure:
    statement = _keyset(seen.plan.query)
    note = f"-- instead of OFFSET {skipped:.0f}, with the last row of the page before as parameters:"
    plain = "-- compare the columns of ORDER BY with the last row of the page before, and leave out OFFSET"
    return _cures.rewrite(f"{note}\n-- {statement}" if statement else plain)


def _keyset(query: str) -> str:
    """The statement that begins after a row instead of counting, where its order goes one way and it has no groups."""
    tree = select(query)
    if tree is None or not tree.sort_clause or tree.group_clause or tree.distinct_clause or not tree.from_clause:
        return ""
    keys = [parse.unwrap(each) for each in tree.sort_clause]
    ways = {parse.enum_value(key, "sortby_dir") == "SORTBY_DESC" for key in keys}
    columns = [parse.unwrap(key.node) for key in keys]
    if len(ways) > 1 or any(parse.kind_of(column) != "ColumnRef" for column in columns):
        return ""
    names = ", ".join(parse.deparse_expression(column) for column in columns)
    values = ", ".join(f"${number}" for number in range(1, len(keys) + 1))
    condition = f"({names}) {'<' if True in ways else '>'} ({values})"
    where(tree, [*conjuncts(tree), condition])
    tree.ClearField("limit_offset")
    return parse.deparse_statement(tree)
