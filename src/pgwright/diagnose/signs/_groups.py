"""The memory of a hash aggregate: all groups at once, each with its key and the states of its aggregates.

A group takes 24 bytes in a table that grows by doubling when it is nine tenths full, to 17 often before; its key as a
row; 16 bytes for each aggregate; and what the aggregates keep elsewhere. The planner's guess of all this bounds the
number of groups as well, so that the larger of the two decides (14 to 18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..conditions import references
from ..query_plan.model import Node
from . import _memory
from ._seen import Seen

_ENTRY = 24
_COLLECTING = frozenset(
    {"array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "xmlagg"}
)
_SUMMING = frozenset({"sum", "avg", "variance", "stddev", "var_samp", "var_pop", "stddev_samp", "stddev_pop"})
_STATE = {"collecting": (8192, 8192), "numeric": (128, 384), "integer": (48, 80)}
"""Bytes of the state of an aggregate beside its place: as the planner counts them, and as it takes them. All others
have a value of fixed size, which stands in its place."""
_CALL = re.compile(r"\b([a-z_][a-z_0-9]*)\(")


def for_aggregate(seen: Seen, node: Node) -> float:
    """Bytes of `work_mem` with which an Aggregate by hashing stays in memory."""
    kept = 1 + node.number("Rows Removed by Filter") / max(node.number("Actual Rows"), 1)
    groups = _memory.busiest(seen, node) * kept
    states = [state for output in node.texts("Output") for state in _states(seen, output)]
    places = _memory.power(16 * len(states)) + 16 if states or not node.texts("Output") else 0
    fed = seen.child(node) or node
    planned = _ENTRY + 32 + fed.number("Plan Width") + places + sum(counted for counted, _ in states)
    key = _memory.power(_memory.ROW_HEADER + node.number("Plan Width")) + 16
    full = 0.6 if _memory.major(seen) < 18 else 0.9
    entry = _memory.doubled(groups / full, _ENTRY) / full + key + places + sum(held for _, held in states)
    return (
        _memory.MARGIN
        * max(groups * entry, max(groups, node.number("Plan Rows")) * planned)
        / _memory.hash_memory(seen)
    )


def _states(seen: Seen, output: str) -> Iterator[tuple[float, float]]:
    """The states of the aggregates in an expression; of a sum, those of numeric where nobody knows its type."""
    for call in _CALL.findall(output):
        if call in _COLLECTING:
            yield _STATE["collecting"]
        elif call in _SUMMING:
            yield _STATE["numeric" if seen.surroundings is None or _numeric(seen, output) else "integer"]
        else:
            yield (0, 0)


def _numeric(seen: Seen, expression: str) -> bool:
    """Whether an expression is computed from numbers of arbitrary size."""
    read = references(expression.replace("PARTIAL ", ""))
    scans = [(scan.alias, relation) for scan in seen.plan.nodes if (relation := seen.relation(scan)) is not None]
    return "::numeric" in expression or any(
        relation.by_name[each.column].type.startswith("numeric")
        for each in read
        for alias, relation in scans
        if each.alias in ("", alias) and each.column in relation.by_name
    )
