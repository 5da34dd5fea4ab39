"""What dataxplan and plananalyze make of plans: `python readers.py NAME`, in an environment that has both.

One EXPLAIN (FORMAT JSON) document a line on standard input, one JSON object a line back: `ms`, the sum of the self
times of its nodes, and `issues`, each with its `rule` and `suggestion`. A plan that a reader cannot read has `error`.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from typing import Any


def dataxplan(text: str) -> dict[str, Any]:
    """Its report, with the thresholds that it comes with."""
    report = importlib.import_module("dataxplan").analyze(text)
    return {
        "ms": sum(each.self_time or 0.0 for each in report.metrics),
        "issues": [{"rule": each.id, "suggestion": each.suggestion or ""} for each in report.findings],
    }


def plananalyze(text: str) -> dict[str, Any]:
    """Its bottlenecks by their type, and its recommendations by their first words."""
    found = importlib.import_module("plananalyze").analyze_plan(text, format_type="object")
    named = [{"rule": each["type"], "suggestion": each["recommendation"]} for each in found.bottlenecks]
    advised = [{"rule": each.partition(" - ")[0], "suggestion": each} for each in found.recommendations]
    own = sum(node.metrics.exclusive_time or 0.0 for node in _nodes(found.root_node))
    return {"ms": own, "issues": [*named, *advised]}


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def main(name: str) -> None:
    read = {"dataxplan": dataxplan, "plananalyze": plananalyze}[name]
    for line in sys.stdin:
        try:
            answer = read(line)
        except Exception as error:  # noqa: BLE001 - a peer that stumbles over one plan still reads the others
            answer = {"ms": None, "issues": [], "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
