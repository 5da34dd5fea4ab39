"""Reads EXPLAIN (FORMAT JSON): an array with one object, or the object alone as auto_explain writes it."""

from __future__ import annotations

import json
from typing import Any

from ....base.errors import QueryPlanError
from ..model import QueryPlan, tree

DEEPEST = 400
"""Levels of nodes; Python itself stops at some 500."""

HINT = "Give the whole output of EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON), as one file or by a pipe."


def read(text: str) -> QueryPlan:
    """The plan in `text`; raises QueryPlanError."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip())
        what = "the plan ends in the middle" if cut else f"this is no valid JSON ({error.msg})"
        raise QueryPlanError(f"{what}.", line=error.lineno, hint=HINT) from error
    except RecursionError as error:
        raise QueryPlanError(f"The plan is nested deeper than {DEEPEST} levels.", hint=HINT) from error
    return from_value(value)


def from_value(value: Any) -> QueryPlan:
    """The plan that an already parsed document holds; raises QueryPlanError."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and "Node Type" in value:
        value = {"Plan": value}
    if not isinstance(value, dict) or not isinstance(value.get("Plan"), dict):
        raise QueryPlanError('There is no plan in it: an object with the key "Plan" is missing.', hint=HINT)
    checked(value["Plan"])
    beside = {key: each for key, each in value.items() if key != "Plan"}
    return QueryPlan(root=tree(value["Plan"]), properties=beside, query=str(beside.get("Query Text", "")))


def checked(node: Any, depth: int = 1) -> None:
    """Raises QueryPlanError where `node` is not built as a node of a plan is."""
    if not isinstance(node, dict) or not isinstance(node.get("Node Type"), str):
        raise QueryPlanError('A node has no "Node Type".', hint=HINT)
    if depth > DEEPEST:
        raise QueryPlanError(f"The plan is nested deeper than {DEEPEST} levels.", hint=HINT)
    below = node.get("Plans", [])
    if not isinstance(below, list):
        raise QueryPlanError(f'The "Plans" of a {node["Node Type"]} are no list.', hint=HINT)
    for child in below:
        checked(child, depth + 1)
