"""Reads EXPLAIN (FORMAT JSON): an array with one object or several, or the object alone as auto_explain writes it.

Several documents may follow one another, with other lines between them. Of one known fault of the server the document
is repaired: MERGE into several tables with ANALYZE (seen on 15 to 18) puts its counters among the tables, as members of
an array with keys, which no reader of JSON takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ....base.errors import QueryPlanError
from ..model import QueryPlan, tree
from .limits import DEEPEST, HINT, too_deep
from .values import fault

_START = re.compile(r"^[ \t]*(?=\[\s*+[{\]]|\{\s*+[\"}])|\A\s*(?=[\[{])", re.MULTILINE)
_MISPLACED = re.compile(r'((?:,\s*\n\s*"Tuples [A-Z][a-z]+": \d+)+)(\s*\n\s*)\]')
_DECODER = json.JSONDecoder()


def read(text: str) -> tuple[tuple[QueryPlan, ...], str]:
    """The plans in `text`, and what stands around them; raises QueryPlanError."""
    values, around = documents(text)
    return from_values(values), around


def from_values(values: Iterable[Any]) -> tuple[QueryPlan, ...]:
    """The plans of documents, each an object or an array of some; raises QueryPlanError where there is none."""
    parts = (part for value in values for part in (value if isinstance(value, list) else [value]))
    found = tuple(from_value(part) for part in parts)
    if not found:
        raise QueryPlanError("there is no query plan in it.", hint=HINT)
    return found


def documents(text: str) -> tuple[list[Any], str]:
    """The values of all documents in `text`, and what stands between them; raises QueryPlanError."""
    text = _MISPLACED.sub(r"\2]\1", text) if '"Tuples ' in text else text
    found, between, place = [], [], 0
    while match := _START.search(text, place):
        between.append(text[place : match.start()])
        try:
            value, place = _DECODER.raw_decode(text, match.end())
        except json.JSONDecodeError as error:
            cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
            what = "the plan ends in the middle" if cut else f"this is no valid JSON ({error.msg})"
            raise QueryPlanError(f"{what}.", line=error.lineno, hint=HINT) from error
        except RecursionError as error:
            raise too_deep() from error
        except ValueError as error:  # a number of thousands of digits
            raise QueryPlanError(f"this is no valid JSON ({error}).", hint=HINT) from error
        found.append(value)
    return found, "".join((*between, text[place:]))


def from_value(value: Any) -> QueryPlan:
    """The plan that an already parsed document holds; raises QueryPlanError."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and "Node Type" in value:
        value = {"Plan": value}
    if not isinstance(value, dict) or not isinstance(value.get("Plan"), dict):
        raise QueryPlanError('there is no plan in it: an object with the key "Plan" is missing.', hint=HINT)
    checked(value["Plan"])
    beside = {key: each for key, each in value.items() if key != "Plan"}
    if wrong := fault(beside):
        raise QueryPlanError(f"this is no plan as a server writes it: {wrong}", hint=HINT)
    return QueryPlan(root=tree(value["Plan"]), properties=beside, query=str(beside.get("Query Text", "")))


def checked(root: Any) -> None:
    """Raises QueryPlanError where `root` is not built as the nodes of a plan are."""
    level, depth = [root], 1
    while level:
        if depth > DEEPEST:
            raise too_deep()
        following: list[Any] = []
        for node in level:
            if not isinstance(node, dict) or not isinstance(node.get("Node Type"), str):
                raise QueryPlanError('a node has no "Node Type".', hint=HINT)
            if wrong := fault(node):
                message = f"this is no plan as a server writes it: of a {node['Node Type']}, {wrong}"
                raise QueryPlanError(message, hint=HINT)
            below = node.get("Plans", [])
            if not isinstance(below, list):
                raise QueryPlanError(f'the "Plans" of a {node["Node Type"]} are no list.', hint=HINT)
            following.extend(below)
        level, depth = following, depth + 1
