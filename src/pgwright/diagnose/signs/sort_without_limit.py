"""All rows are sorted and numbered to keep the first few.

## What it is

A subquery numbers its rows with row_number(), and the query around it asks for small numbers only. The sort below does
not know that.

## Why it is slow

A sort that is told how many rows are wanted keeps only those (top-N heapsort); this one sorts all of them.

## Cure

Take the first rows with ORDER BY and LIMIT, and number those.

## Disproof

The rows are numbered for each value of something (PARTITION BY): then each of them needs a LIMIT of its own.

## Versions

14 to 18. From 15 numbering stops at the last number that is asked for (Run Condition), but the sort does not.

## Example

    SELECT * FROM (SELECT *, row_number() OVER (ORDER BY at DESC) AS n FROM orders) numbered WHERE n <= 10;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import Clause, clauses
from ..query_plan.model import Node
from . import _cures, _sorts
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"WindowAgg"})
EXPLAINS = ("sort_on_disk",)
ROWS = 1_000
FIRST = 0.1
"""The part of the rows that may be kept at most: a heap of more rows is no quicker than a sort."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The window, when only its first rows are kept."""
    sort, above = seen.child(node), seen.plan.parents.get(node.path)
    if sort is None or sort.type != "Sort" or not sort.measured or not seen.worth(node, sort):
        return
    holder = above if above is not None and above.type == "Subquery Scan" and above.text("Filter") else node
    rows, kept = seen.rows(seen.child(sort) or sort), seen.rows(holder)
    if rows < ROWS or kept > FIRST * rows or not _only_numbers(node):
        return
    first = _first(holder.text("Filter") or node.text("Run Condition"))
    if first is None or kept > first:
        return
    yield Sign(
        nodes=(sort, node),
        object="",
        seen=f"Sort orders {rows:,.0f} rows to number them, and {kept:,.0f} are kept.",
        why="A sort that knows how many rows are wanted keeps only those.",
        disproof="The rows are numbered for each value of something, which has few rows now.",
        share=seen.share(sort, node),
        confidence=Confidence.MEASURED,
        cure=_cures.rewrite(_statement(seen, sort, first)),
        fields={"Sort Key": list(sort.texts("Sort Key")), "Actual Rows": rows, "Kept": kept},
    )


def _only_numbers(node: Node) -> bool:
    windows = [text for text in node.texts("Output") if " OVER " in text]
    return bool(windows) and all(text.startswith("row_number() OVER ") for text in windows)


def _first(condition: str) -> int | None:
    """The largest number that a condition lets pass. Up to 17 a window has no name in it."""
    for clause in clauses(condition.replace("OVER (?)", "OVER w")):
        number = _number(clause)
        if number is not None:
            return number
    return None


def _number(clause: Clause) -> int | None:
    digits = clause.value.split("::")[0].strip("'")
    if clause.operator not in ("<=", "<", "=") or not digits.isdigit():
        return None
    return int(digits) - (clause.operator == "<")


def _statement(seen: Seen, sort: Node, first: int) -> str:
    """The subquery that takes the first rows, to be numbered; a comment where they are not those of one table, or where
    its conditions cannot be written again."""
    scan = _sorts.scan_below(seen, sort)
    keys = _sorts.keys(seen, scan, sort.texts("Sort Key")) if scan is not None else ()
    found = _sorts.conditions(seen, scan) if scan is not None else ()
    if scan is None or not keys or not all(each.constant and "$" not in each.text for each in found):
        wanted = ", ".join(sort.texts("Sort Key"))
        return f"-- Take the rows with ORDER BY {wanted} LIMIT {first} in a subquery, and number those."
    where = f" WHERE {' AND '.join(_cures.plain(seen, scan, each.text) for each in found)}" if found else ""
    return f"SELECT * FROM {seen.name(scan)}{where} ORDER BY {', '.join(keys)} LIMIT {first};"
