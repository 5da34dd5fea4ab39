"""Rows that are kept to be read again do not fit into work_mem and are kept in a file.

## What it is

The result of a WITH, of a function in FROM, the inner side of a nested loop, or the rows of a window.

## Why it is slow

Each row is written once, and read from the file as often as it is asked for.

## Cure

Work_mem for this statement. The size of the file is too little: rows in memory take more.

## Disproof

The same run with that work_mem takes as long.

## Versions

14 to 18.

## Example

    WITH recent AS MATERIALIZED (SELECT * FROM orders) SELECT count(*) FROM recent a JOIN recent b USING (customer_id);
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.kinds import BLOCK
from ..query_plan.model import Node
from . import _memory
from ._seen import Seen
from ._sign import Confidence, Sign

NODES = frozenset({"CTE Scan", "Materialize", "Function Scan", "Table Function Scan", "WindowAgg"})


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The node, when it wrote a temporary file by itself."""
    if not node.number("Temp Written Blocks") or not seen.worth(node):
        return
    size = _memory.written(seen, node)
    if not size:
        return
    need = _memory.for_kept(seen, node)
    name = node.text("CTE Name") or node.text("Function Name")
    what = f"{node.type} on {name}" if name else node.type
    yield Sign(
        nodes=(node,),
        object=name,
        seen=f"{what} keeps its rows in a file of {size / _memory.KB:,.0f} kB; in memory they take some "
        f"{need / _memory.MB:,.1f} MB of work_mem.",
        why="Each row is written to a temporary file, and read from it as often as it is asked for.",
        disproof="With this work_mem it takes as long.",
        share=seen.share(node),
        confidence=Confidence.MEASURED,
        cure=_memory.cure(need),
        fields={
            "Temp Written Blocks": size / BLOCK,
            "Temp Read Blocks": seen.account.exclusive(node, "Temp Read Blocks"),
        },
    )
