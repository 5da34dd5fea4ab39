"""Turning the rows into text for the client takes a good part of the time.

## What it is

Wide values that lie outside of their rows (TOAST) are fetched and unpacked for the output, and numbers,
times and documents are written as text.

## Why it is slow

It is done for each value of each row, although no node of the plan says so.

## Cure

Ask for the columns that are needed, without the wide ones, and for fewer rows.

## Disproof

The client needs all of it.

## Versions

17 and 18, which measure it with EXPLAIN (SERIALIZE). Before, no plan shows it.

## Example

    SELECT * FROM documents;
"""

from __future__ import annotations

from collections.abc import Iterator

from ...sql import quote
from ..query_plan.model import Node, number
from . import _cures
from ._seen import Seen
from ._sign import Confidence, Sign

NODES: frozenset[str] = frozenset()
PART = 0.25
"""Every answer must be written, which takes a tenth of a simple scan."""
LEAST_MS = 1.0
"""Less is not worth a word."""
KB_A_ROW = 0.5
"""Of shorter rows nothing can be left out that matters."""
POINTER = 18
"""The bytes that statistics give for a value outside of its row (14 to 18): those of the pointer to it."""


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The plan, when its output took long and was wide."""
    part, rows = seen.plan.properties.get("Serialization"), seen.rows(node)
    if not isinstance(part, dict) or not seen.total_ms or not rows:
        return
    spent, kilobytes = number(part, "Time"), number(part, "Output Volume")
    if spent < max(PART * seen.total_ms, LEAST_MS) or kilobytes / rows < KB_A_ROW:
        return
    wide = ", ".join(_wide(seen, node) or node.texts("Output")) or "a column"
    yield Sign(
        nodes=(node,),
        object="",
        seen=f"Output of {rows:,.0f} rows as {kilobytes:,.0f} kB takes {spent:,.1f} ms of {seen.total_ms:,.1f} ms.",
        why="Wide values are fetched, unpacked and written for each row.",
        disproof="The client needs all of it.",
        share=min(spent / seen.total_ms, 1.0),
        confidence=Confidence.MEASURED,
        cure=_cures.rewrite(f"-- Select {wide} only where the client needs it."),
        fields={"Serialization": dict(part)},
    )


def _wide(seen: Seen, node: Node) -> list[str]:
    """The columns of the output that are wide or lie outside of their rows, as far as statistics tell."""
    widths = {}
    for scan in seen.plan.nodes:
        relation = seen.relation(scan) if scan.relation else None
        for column in relation.columns if relation is not None else ():
            name = quote.ident(column.name)
            widths[name] = widths[f"{quote.ident(scan.alias)}.{name}"] = column.width or 0
    return [text for text in node.texts("Output") if widths.get(text, 0) >= POINTER]
