"""What TEXT does not say, and JSON does: the one difference that is left between a plan read from either.

`without` takes it out of a plan, so that two plans of one run compare equal whatever their forms were:

- counters that are zero (blocks, I/O times, WAL, rows removed, tuples of a MERGE, Subplans Removed), and lists that are
  empty (Workers, Triggers, Settings, Planning);
- `false` under Disabled, Single Copy and Inner Unique;
- without VERBOSE, Inner Unique at all, and the name of a trigger that belongs to a constraint;
- the Scan Direction NoMovement, which 14 and 15 have for indexes without order: TEXT shows it like Forward;
- that the I/O times of 15 and 16 are those of shared and local blocks together (`I/O Read Time` in JSON): TEXT writes
  them like the `Shared I/O Read Time` of 17 and newer;
- whether a Function Scan whose alias is the name of its function has one function or several: Function Name then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...model import QueryPlan, Value, document

_ZERO = re.compile(
    r"(?:Shared|Local|Temp) \w+ Blocks|(?:(?:Shared|Local|Temp) )?I/O (?:Read|Write) Time|WAL .*|Rows Removed by .*"
    r"|Tuples (?:Inserted|Updated|Deleted|Skipped)|(?:Exact|Lossy) Heap Blocks|Subplans Removed"
    r"|Planned Partitions|HashAgg Batches|Disk Usage|Peak Memory Usage"
)
_FALSE = ("Disabled", "Single Copy", "Inner Unique")


def without(plan: QueryPlan) -> dict[str, Value]:
    """The document of `plan` (see `model.document`) without what TEXT leaves out."""
    whole = document(plan)
    verbose = any("Output" in node.properties for node in plan.nodes)
    for each in _objects(whole):
        for key in [key for key, value in each.items() if _silent(key, value)]:
            del each[key]
        if not verbose:
            each.pop("Inner Unique", None)
            if "Constraint Name" in each:
                each.pop("Trigger Name", None)
        for way in ("Read", "Write"):
            if f"I/O {way} Time" in each:
                each[f"Shared I/O {way} Time"] = each.pop(f"I/O {way} Time")
        if each.get("Scan Direction") == "NoMovement":
            each["Scan Direction"] = "Forward"
        if each.get("Function Name", "") == each.get("Alias"):
            del each["Function Name"]
    return whole


def _silent(key: str, value: Value) -> bool:
    if value is False:
        return key in _FALSE
    if value == 0:
        return _ZERO.fullmatch(key) is not None
    return value in ([], {}) and key in ("Workers", "Triggers", "Planning", "Settings")


def _objects(value: Value) -> Iterator[dict[str, Value]]:
    """All objects in `value`, the inner ones first; they are copied as they are met, and the plan stays as it is."""
    stack = [value]
    found: list[dict[str, Value]] = []
    while stack:
        each = stack.pop()
        if isinstance(each, dict):
            found.append(each)
            for key, inner in each.items():
                if isinstance(inner, Mapping):
                    each[key] = dict(inner)
                elif isinstance(inner, list):
                    each[key] = [dict(part) if isinstance(part, Mapping) and key != "Plans" else part for part in inner]
            stack.extend(each.values())
        elif isinstance(each, list):
            stack.extend(each)
    yield from reversed(found)
