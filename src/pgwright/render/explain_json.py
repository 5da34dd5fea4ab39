"""The JSON object of `explain`; its shape is `documents.ExplainDocument`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..diagnose.accounting.account import Account
from ..diagnose.explanation import Explained, Explanation
from .documents import ExplainDocument, ExplainNode, ExplainPart, ExplainPlan
from .json_ import VERSION


def explain_document(explanation: Explanation) -> dict[str, Any]:
    """The object. Times are milliseconds, rounded to a thousandth as the server gives them."""
    first = explanation.first.diagnosis
    account = first.account
    document = ExplainDocument(
        version=VERSION,
        execution_ms=_rounded(account.execution_ms),
        accounted_ms=_rounded(account.accounted_ms),
        planning_ms=_rounded(account.plan.milliseconds("Planning Time")),
        nodes=tuple(_nodes(account)),
        parts=tuple(_parts(account)),
        findings=first.findings,
        plans=tuple(_plan(each) for each in explanation.plans),
        notes=explanation.notes,
    )
    return asdict(document)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _nodes(account: Account) -> list[ExplainNode]:
    found = []
    for node in account.plan.nodes:
        own = account.of(node)
        found.append(
            ExplainNode(
                path=node.path,
                type=node.type,
                relation=node.relation,
                exclusive_ms=_rounded(own.exclusive),
                exclusive_ms_low=_rounded(own.low),
                exclusive_ms_high=_rounded(own.high),
                exclusive_blocks=round(account.blocks(node)),
                share=round(own.share, 4),
                rows=round(own.rows.value, 2) if node.measured else None,
                rows_estimated=round(own.rows_estimated, 2),
                loops=round(node.loops, 2),
                processes=round(own.processes, 2),
                censored=own.censored,
            )
        )
    return found


def _parts(account: Account) -> list[ExplainPart]:
    if account.execution_ms is None:
        return []
    parts = [
        ExplainPart(name=f"trigger {each.name} on {each.relation}", ms=round(each.milliseconds, 3))
        for each in account.triggers
    ]
    parts.append(ExplainPart(name="serialization", ms=round(account.serialization_ms, 3)))
    parts.append(ExplainPart(name="executor", ms=round(account.executor_ms, 3)))
    return parts


def _plan(each: Explained) -> ExplainPlan:
    account = each.diagnosis.account
    return ExplainPlan(
        name=each.name,
        values=tuple(each.values[number] for number in sorted(each.values)),
        execution_ms=_rounded(account.execution_ms),
        cost=account.plan.root.number("Total Cost"),
    )
