"""The first line of a node: what it is, on what it works, what it was thought to cost and what it took.

    Parallel Index Scan Backward using orders_at on shop.orders o  (cost=0.29..8.31 rows=1 width=4) (actual …)

TEXT says in one line what JSON has under a dozen keys. A node that is not known (of an extension, of a newer server) is
kept as it is written, with what stands behind its last "on" in its name.
"""

from __future__ import annotations

import re

from ...model import Value

_COST = re.compile(r"\(cost=(-?\d+\.\d+)\.\.(-?\d+\.\d+) rows=(\d{1,40}) width=(\d{1,40})\)")
_ACTUAL = re.compile(
    r"\((?:actual (?:time=(\d+\.\d+)\.\.(\d+\.\d+) )?rows=(\d{1,40}(?:\.\d+)?) loops=(\d{1,40})|(never executed))\)"
)
_NAME = r'(?:"(?:[^"]|"")*+"|[^\s".()]++)'
_TARGET = re.compile(rf"({_NAME})(?:\.({_NAME}))?(?: ({_NAME}))?")
_INDEX = re.compile(rf" using ({_NAME})")
_JOIN = re.compile(r"(Nested Loop|Merge|Hash)(?: (Left|Full|Right|Semi|Anti|Right Anti|Right Semi))?( Join)?")
_CUSTOM = re.compile(r"Custom Scan \((.*)\)( on .*)?", re.DOTALL)

_OBJECT = {
    "Function Scan": "Function Name",
    "Table Function Scan": "Table Function Name",
    "CTE Scan": "CTE Name",
    "WorkTable Scan": "CTE Name",
    "Subquery Scan": "",
    "Values Scan": "",
}
"""Under which key the name of what is scanned stands; `Relation Name` elsewhere, nowhere where it is empty."""

_SCANS = frozenset(("Seq Scan", "Sample Scan", "Bitmap Heap Scan", "Tid Scan", "Tid Range Scan", *_OBJECT))
_INDEX_SCANS = ("Index Scan", "Index Only Scan")
_AGGREGATES = {
    "Aggregate": "Plain",
    "GroupAggregate": "Sorted",
    "HashAggregate": "Hashed",
    "MixedAggregate": "Mixed",
}
_SET_OPS = {"SetOp": "Sorted", "HashSetOp": "Hashed"}
_WRITES = ("Insert", "Update", "Delete", "Merge")
_ALONE = frozenset(
    (
        *("Result", "ProjectSet", "Append", "Merge Append", "Recursive Union", "BitmapAnd", "BitmapOr", "Gather"),
        *("Gather Merge", "Materialize", "Memoize", "Sort", "Incremental Sort", "Group", "WindowAgg", "Unique"),
        *("LockRows", "Limit", "Hash", "Foreign Scan", "Named Tuplestore Scan"),
    )
)
_Properties = dict[str, Value]


def named(text: str) -> str:
    """A name without the quotation marks that it is written with."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


def has_numbers(line: str) -> bool:
    """Whether `line` ends with what only the first line of a node ends with: a cost, or what it took."""
    return line.endswith(")") and numbers(line)[0] < len(line)


def numbers(line: str) -> tuple[int, _Properties]:
    """Where the numbers of a node's line begin, and what they say. Costs are missing under COSTS OFF, times under
    TIMING OFF; "never executed" has loops 0 and, for now, no times."""
    found: _Properties = {}
    end = len(line)
    place = line.rfind(" (never executed)" if line.endswith("(never executed)") else " (actual ")
    if place >= 0 and (actual := _ACTUAL.fullmatch(line, place + 1)):
        end = place
        first, last, rows, loops, never = actual.groups()
        if first:
            found["Actual Startup Time"], found["Actual Total Time"] = float(first), float(last)
        found["Actual Rows"] = 0 if never else float(rows) if "." in rows else int(rows)
        found["Actual Loops"] = 0 if never else int(loops)
    place = line.rfind(" (cost=", 0, end)
    if place >= 0 and (cost := _COST.fullmatch(line, place + 1, len(line[:end].rstrip()))):
        end = place
        found["Startup Cost"], found["Total Cost"] = float(cost[1]), float(cost[2])
        found["Plan Rows"], found["Plan Width"] = int(cost[3]), int(cost[4])
    return end, found


def read(line: str) -> _Properties:
    """The properties that the first line of a node has (without arrow and indentation)."""
    end, found = numbers(line)
    return {**what(line[:end].rstrip()), **found}


def what(text: str) -> _Properties:
    """The properties that a node's name says, without its numbers. Raises ValueError where it has a part of some."""
    parallel = text.startswith("Parallel ")
    text = text[9:] if parallel else text
    later = text.startswith("Async ")
    text = text[6:] if later else text
    flags: _Properties = {"Parallel Aware": parallel, "Async Capable": later}
    found = known(text)
    if found is None and ("(cost=" in text or "(actual " in text):
        raise ValueError(text)
    return {**(found or {"Node Type": text}), **flags}


def known(text: str) -> _Properties | None:
    """The properties of a kind of node that PostgreSQL 9.6 to 18 have; None of any other."""
    if text in _ALONE:
        return {"Node Type": text, **({"Operation": "Select"} if text == "Foreign Scan" else {})}
    name, found, target = text.partition(" on ")
    if found:
        return _on(name, target)
    if match := _JOIN.fullmatch(text):
        kind, how, join = match.groups()
        if (kind != "Nested Loop" and not join) or (kind == "Nested Loop" and bool(how) != bool(join)):
            return None
        return {"Node Type": kind if kind == "Nested Loop" else f"{kind} Join", "Join Type": how or "Inner"}
    return _aggregate(text) or _set_op(text) or _custom(text)


def _on(name: str, target: str) -> _Properties | None:
    if name in _SCANS:
        return _scan({"Node Type": name}, target, _OBJECT.get(name, "Relation Name"))
    if name.startswith(_INDEX_SCANS):
        return _index_scan(name, target)
    if name == "Bitmap Index Scan":
        return {"Node Type": name, "Index Name": named(target)}
    if name in _WRITES:
        return _scan({"Node Type": "ModifyTable", "Operation": name}, target)
    if name.startswith("Foreign "):
        operation = name.removeprefix("Foreign ")
        if operation == "Scan" or operation in _WRITES:
            operation = "Select" if operation == "Scan" else operation
            return _scan({"Node Type": "Foreign Scan", "Operation": operation}, target)
    return _custom(f"{name} on {target}") if name.startswith("Custom Scan (") else None


def _index_scan(name: str, target: str) -> _Properties | None:
    kind, found, index = name.partition(" using ")
    while found and index.count('"') % 2:  # " on " belonged to the name of the index
        more, again, target = target.partition(" on ")
        if not again:
            return None
        index = f"{index} on {more}"
    direction = "Backward" if kind.endswith(" Backward") else "Forward"
    kind = kind.removesuffix(" Backward")
    if kind not in _INDEX_SCANS:
        return None
    return _scan({"Node Type": kind, "Scan Direction": direction, "Index Name": named(index)}, target)


def _scan(found: _Properties, target: str, key: str = "Relation Name") -> _Properties | None:
    match = _TARGET.fullmatch(target)
    if match is None:
        return None
    first, second, alias = match.groups()
    if key:
        found[key] = named(second or first)
    if second:
        found["Schema"] = named(first)
    found["Alias"] = named(alias or second or first)
    return found


def _aggregate(text: str) -> _Properties | None:
    mode = next((mode for mode in ("Partial", "Finalize") if text.startswith(f"{mode} ")), "Simple")
    strategy = _AGGREGATES.get(text.removeprefix(f"{mode} "))
    return {"Node Type": "Aggregate", "Strategy": strategy, "Partial Mode": mode} if strategy else None


def _set_op(text: str) -> _Properties | None:
    kind, _, command = text.partition(" ")
    if kind not in _SET_OPS or command.removesuffix(" All") not in ("Intersect", "Except"):
        return None
    return {"Node Type": "SetOp", "Strategy": _SET_OPS[kind], "Command": command}


def _custom(text: str) -> _Properties | None:
    match = _CUSTOM.fullmatch(text)
    if match is None:
        return None
    found: _Properties = {"Node Type": "Custom Scan", "Custom Plan Provider": match[1]}
    return found if match[2] is None else _scan(found, match[2].removeprefix(" on "))
