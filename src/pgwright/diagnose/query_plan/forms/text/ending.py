"""What follows from the places of nodes when all lines of a plan are there: what each is to its parent, and the rest
that TEXT does not say in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .counters import Properties

_FOOTER = re.compile(r"\((\d+)\s*[^()\d]{1,30}\)")
_MEMBERS = frozenset(("Append", "Merge Append", "BitmapAnd", "BitmapOr"))


def footer(text: str) -> int | None:
    """The number of rows in `(12 rows)`, of any language; None of any other line."""
    match = _FOOTER.fullmatch(text.rstrip())
    return int(match[1]) if match else None


def roles(node: Properties, below: Sequence[Properties]) -> None:
    """Gives the nodes below `node` their Parent Relationship."""
    ordinary = [each for each in below if "Subplan Name" not in each]
    for each in below:
        if name := each.get("Subplan Name"):
            each["Parent Relationship"] = "SubPlan" if name.startswith("SubPlan") else "InitPlan"
    kind = node["Node Type"]
    for number, each in enumerate(ordinary):
        if kind in _MEMBERS:
            role = "Member"
        elif kind == "Subquery Scan":
            role = "Subquery"
        elif kind == "Custom Scan":
            role = "child" if len(ordinary) == 1 else "children"
        else:
            role = "Outer" if number == 0 else "Inner" if number == 1 else "Member"
        each["Parent Relationship"] = role


def never_timed(nodes: Sequence[Properties]) -> None:
    """Gives nodes that never ran the times that JSON has for them: 0, unless TIMING was off."""
    if any("Actual Total Time" in node for node in nodes):
        for node in nodes:
            if node.get("Actual Loops") == 0:
                node.setdefault("Actual Startup Time", 0.0)
                node.setdefault("Actual Total Time", 0.0)


def relations(triggers: Sequence[Properties], nodes: Sequence[Properties]) -> None:
    """Names the relation of triggers: TEXT does so only where the statement writes to several."""
    written = [
        node["Relation Name"] for node in nodes if node["Node Type"] == "ModifyTable" and "Relation Name" in node
    ]
    if len(written) == 1:
        for trigger in triggers:
            trigger.setdefault("Relation", written[0])
