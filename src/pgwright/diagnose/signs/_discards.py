"""Scans that throw away what they read: the numbers that several signs share, over all partitions of one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..conditions import Clause
from ..query_plan.model import Node
from . import _cures, _partitions
from ._seen import Seen
from ._sign import Confidence

DISCARDED = 0.9
"""The part that must be thrown away: with less an index saves little, and the planner would not always take it."""

ROWS = 10_000
"""Fewer rows are read in a millisecond or two."""

SELECTIVE = 0.01
"""The part of a table that an index finds so quickly that nothing else matters."""


@dataclass(frozen=True, kw_only=True)
class Discards:
    """Rows that the scans `nodes` of one table removed by their filter, and kept; what was expected where nothing was
    measured."""

    nodes: tuple[Node, ...]
    object: str
    what: str
    removed: float
    kept: float
    confidence: Confidence
    share: float

    @property
    def text(self) -> str:
        """The numbers as a sentence."""
        reads, keeps = ("reads", "keeps") if self.confidence is Confidence.MEASURED else ("would read", "keep")
        return f"{self.what} {reads} {self.removed + self.kept:,.0f} rows and {keeps} {self.kept:,.0f} of them."

    @property
    def fields(self) -> dict[str, Any]:
        """What the sentence rests on."""
        rows = "Actual Rows" if self.confidence is Confidence.MEASURED else "Plan Rows"
        filtered = self.nodes[0].text("Filter")
        return {"Filter": filtered, "Rows Removed by Filter": self.removed, rows: self.kept}


def discards(seen: Seen, node: Node, *, least: float = ROWS, part: float = DISCARDED) -> Discards | None:
    """What `node`, and its sisters that read partitions of the same table, throw away; None where that is not much, or
    where another of them speaks for all."""
    if not node.text("Filter"):
        return None
    nodes = _partitions.together(seen, node)
    if not nodes:
        return None
    kept = sum(seen.rows(each) for each in nodes)
    removed = sum(_removed(seen, each) for each in nodes)
    if removed < least or removed / (removed + kept) < part or not seen.worth(*nodes):
        return None
    return Discards(
        nodes=nodes,
        object=_partitions.name(seen, node),
        what=_partitions.what(seen, nodes),
        removed=removed,
        kept=kept,
        confidence=Confidence.MEASURED if node.measured else Confidence.ESTIMATED,
        share=seen.share(*nodes),
    )


def _removed(seen: Seen, node: Node) -> float:
    """The rows that the filter removed; without ANALYZE those of the table that are not expected, for a scan of all."""
    if node.measured:
        return seen.total(node, "Rows Removed by Filter")
    relation = seen.relation(node)
    whole = node.type == "Seq Scan" and relation is not None and relation.rows > 0
    return max(relation.rows - seen.rows(node), 0.0) if whole and relation is not None else 0.0


def conditions(seen: Seen, node: Node) -> tuple[Clause, ...]:
    """All conditions on the rows of a scan: those of its index, and its filter."""
    return seen.clauses(node, "Index Cond", "Recheck Cond", "Filter")


def type_of(seen: Seen, node: Node, clause: Clause) -> str:
    """The type of the column that a clause compares, as the server writes it; empty where nobody knows."""
    column = _cures.column_of(seen, node, clause)
    return column.type if column is not None else ""


def plain_suffices(seen: Seen, node: Node, filtered: Sequence[Clause]) -> bool:
    """Whether the equalities of plain columns in a filter find few enough rows, so that what else is in it does not
    matter. Without statistics any of them is taken to do so."""
    part = 1.0
    for clause in filtered:
        if clause.operator in ("=", "= ANY") and clause.constant and _cures.is_column(seen, node, clause):
            found = _cures.column_of(seen, node, clause)
            if found is None or found.distinct is None:
                return True
            part *= _cures.selectivity(seen, node, clause)
    return part <= SELECTIVE
