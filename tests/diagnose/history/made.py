"""Query plans and queries as a test writes them."""

from __future__ import annotations

from typing import Any

from pgwright.diagnose.history.baseline import Baseline, baseline
from pgwright.diagnose.history.measured import Measured, from_plans
from pgwright.diagnose.query_plan.model import QueryPlan, tree


def node(kind: str, *below: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A node of a plan; `Relation_Name="a"` is the key `Relation Name`."""
    spelled = {key.replace("_", " "): value for key, value in keys.items()}
    found = {"Node Type": kind, **spelled}
    return {**found, "Plans": list(below)} if below else found


def scan(kind: str, relation: str, blocks: float = 0, *, rows: float = 1, **keys: Any) -> dict[str, Any]:
    """A scan that was executed."""
    keys = {"Relation_Name": relation, "Schema": "public", "Alias": relation, **keys}
    return node(kind, **ran(blocks, rows=rows), **keys)


def ran(blocks: float, *, rows: float = 1, milliseconds: float = 1.0, loops: float = 1) -> dict[str, Any]:
    """The keys of a node that was executed; blocks count with all below it."""
    return {
        "Actual_Loops": loops,
        "Actual_Rows": rows,
        "Actual_Total_Time": milliseconds,
        "Shared_Hit_Blocks": blocks,
        "Plan_Rows": rows,
        "Total_Cost": blocks,
    }


def query(
    root: dict[str, Any], name: str = "q", statement: str = "SELECT 1", times: tuple[float, ...] = (1.0,), **beside: Any
) -> Measured:
    """A query of which the runs took `times`; its values are as they are, also where no reader would take them."""
    plans = [
        QueryPlan(root=tree(root), properties={"Execution Time": time, "Planning Time": 0.1, **beside})
        for time in times
    ]
    return from_plans(name, statement, plans)


def saved(*queries: Measured, version: int = 180006) -> Baseline:
    """A baseline of queries."""
    return baseline(queries, server_version=version)
