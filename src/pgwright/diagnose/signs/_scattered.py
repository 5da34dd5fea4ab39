"""Scans by an index that find rows all over the table: the numbers that two signs share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..query_plan.model import Node
from ..surroundings import Index
from . import _existing
from ._seen import Seen

NODES = frozenset({"Index Scan", "Bitmap Heap Scan"})
ROWS = 2_000
PAGES = 0.4
"""Pages visited for each row. Rows that stand together need a tenth of that: a page holds dozens."""
LEAST = 2_000
"""Fewer pages, 16 MB, are in the cache soon."""
SHARE = 0.2
"""The share from which on it is said: another index, or another order of the table, is a large cure."""


@dataclass(frozen=True, kw_only=True)
class Scattered:
    """A scan of `rows` rows by `index` that visited `pages` pages of the table."""

    nodes: tuple[Node, ...]
    index: Index
    what: str
    rows: float
    pages: float
    share: float

    @property
    def text(self) -> str:
        """The numbers as a sentence."""
        return f"{self.what} visits {self.pages:,.0f} pages for {self.rows:,.0f} rows."

    @property
    def fields(self) -> dict[str, Any]:
        """What the sentence rests on."""
        return {"Index Name": self.index.name, "Actual Rows": self.rows, "Pages": self.pages}


def scattered(seen: Seen, node: Node) -> Scattered | None:
    """The scan, when its rows are many and far apart, and it discards few of them; None else."""
    if not node.executed or node.loops > seen.account.of(node).processes or seen.share(node) < SHARE:
        return None  # searches for many keys visit pages wherever the rows are
    scans = (node,) if node.type == "Index Scan" else tuple(seen.below(node, "Bitmap Index Scan"))
    if len(scans) != 1 or (node.type == "Index Scan" and not node.text("Index Cond")):
        return None
    kept = seen.rows(node)
    rows = kept + seen.total(node, "Rows Removed by Filter") + seen.total(node, "Rows Removed by Index Recheck")
    pages, many = seen.account.blocks(node), rows >= ROWS
    index = _existing.used(seen, scans[0]) if many and kept > rows / 2 and pages >= max(LEAST, PAGES * rows) else None
    if index is None or index.method != "btree":
        return None
    nodes = (node,) if node is scans[0] else (node, scans[0])
    return Scattered(nodes=nodes, index=index, what=seen.what(node), rows=rows, pages=pages, share=seen.share(node))
