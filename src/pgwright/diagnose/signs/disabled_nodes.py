"""A node is used although a setting forbids it.

## What it is

Enable_seqscan = off and its like do not forbid, they make dear; where there is no other way the node is
used all the same.

## Why it is slow

The ban is counted before all costs, so that everywhere else in the plan a bad way is taken which
breaks it less often. Up to 17 the penalty hides all other costs, and starts JIT.

## Cure

The setting on again, for this statement; then wherever it was switched off.

## Disproof

With the setting on the plan is the same.

## Versions

14 to 18: "Disabled" from 18 on, a cost of ten thousand millions before.

## Example

    SET enable_seqscan = off; SELECT count(*) FROM orders;
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from . import _cures, _switches
from ._seen import Seen
from ._sign import Confidence, Sign

NODES: frozenset[str] = frozenset()


def look(seen: Seen, node: Node) -> Iterator[Sign]:
    """The plan: one finding for each setting that was broken."""
    broken: dict[str, list[Node]] = {}
    for each in node.walk() if _switches.any_disabled(node) else ():
        if each.type in _switches.SWITCH and _switches.is_disabled(each):
            broken.setdefault(_switches.SWITCH[each.type], []).append(each)
    for setting, nodes in broken.items():
        if not seen.worth(*nodes):
            continue
        yield Sign(
            nodes=tuple(nodes),
            object=seen.name(nodes[0]),
            seen=f"{setting} is off, and {seen.what(nodes[0])} is used all the same"
            f"{f', and {len(nodes) - 1} more of its kind' if len(nodes) > 1 else ''}.",
            why="Elsewhere in the plan ways are taken only because they break the ban less often.",
            disproof="With the setting on the plan is the same.",
            share=seen.share(*nodes),
            confidence=Confidence.HEURISTIC,
            cure=_cures.session_setting(setting, "on"),
            fields={"Disabled": True, "Total Cost": nodes[0].number("Total Cost")},
        )
