"""`plans diff` and `plans gate` as JSON objects; their shapes are dataclasses of `documents`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..diagnose.history.compare import Comparison, NodeChange
from ..diagnose.history.judge import Gate
from ..diagnose.history.limits import Limits
from ..diagnose.history.sentences import sentences
from ..diagnose.naming import title
from ..diagnose.query_plan.model import Node
from .json_ import VERSION
from .plans_documents import PlansFigure, PlansNode, PlansQuery


def diff_document(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The object of `plans diff --format json`."""
    return {"version": VERSION, "queries": [asdict(_query(each, Limits())) for each in comparisons]}


def gate_document(gate: Gate) -> dict[str, Any]:
    """The object of `plans gate --format json`."""
    return {
        "version": VERSION,
        "findings": [asdict(finding) for finding in gate.findings],
        "queries": [asdict(_query(each, gate.limits)) for each in gate.comparisons],
    }


def _query(comparison: Comparison, limits: Limits) -> PlansQuery:
    said = sentences(comparison, limits)
    state = "new" if comparison.before is None else "gone" if comparison.after is None else "both"
    return PlansQuery(
        name=comparison.name,
        state=state,
        same_statement=comparison.same_statement if comparison.both else None,
        same_structure=comparison.same_structure if comparison.both else None,
        figures=tuple(PlansFigure(name=each.name, before=each.before, after=each.after) for each in comparison.figures),
        nodes=tuple(_node(change) for change in comparison.nodes),
        better=said.better,
        worse=said.worse,
        told=said.told,
    )


def _node(change: NodeChange) -> PlansNode:
    before, after = change.before, change.after
    return PlansNode(
        before=_name(change.pair.before),
        after=_name(change.pair.after),
        before_path=_path(change.pair.before),
        after_path=_path(change.pair.after),
        same=change.pair.same,
        blocks=(before.blocks if before else None, after.blocks if after else None),
        milliseconds=(before.milliseconds if before else None, after.milliseconds if after else None),
        rows=(before.rows if before else None, after.rows if after else None),
    )


def _name(node: Node | None) -> str | None:
    return None if node is None else title(node)


def _path(node: Node | None) -> str | None:
    return None if node is None else node.path
