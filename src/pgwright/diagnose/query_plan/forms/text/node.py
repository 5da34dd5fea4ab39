"""A node while its lines are read: its properties, and what stands deeper below it that is no node.

Under a node of TEXT stand its workers, the tables that a ModifyTable writes, and the grouping sets of an Aggregate;
in JSON these are lists of objects.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...keys import COUNTERS, LISTS, TEXTS, typed
from ...model import Value
from .counters import LINES, Properties
from .expressions import depth, split
from .label import known

Whole = Callable[[str], str]
"""Gives a text that opens a quotation the lines that it goes on over."""

_WORKER = re.compile(r"Worker (\d+):  (.*)", re.DOTALL)
_WORKER_ACTUAL = re.compile(r"actual (?:time=(\d+\.\d+)\.\.(\d+\.\d+) )?rows=(\d+(?:\.\d+)?) loops=(\d+)")
_UNKNOWN = re.compile(r"[^\W\d_][^:'\"()]{0,60}")
_JIT_TIME = re.compile(r"([A-Z]\w*) (\d+\.\d+) ms(?: \(Deform (\d+\.\d+) ms\))?")
_WRITES = ("Insert on ", "Update on ", "Delete on ", "Merge on ", "Foreign ")
_QUOTED = LISTS - {"Sort Methods Used", "Conflict Arbiter Indexes", "Group Key"} | TEXTS - {
    *("Node Type", "Strategy", "Partial Mode", "Operation", "Command", "Join Type", "Scan Direction", "Subplan Name"),
    *("Parent Relationship", "Custom Plan Provider", "Index Name", "Relation Name", "Schema", "Alias", "Storage"),
    *("Function Name", "Table Function Name", "CTE Name", "Tuplestore Name", "Sort Method", "Format", "Query Text"),
    *("Query Parameters", "Trigger Name", "Constraint Name", "Relation", "Sampling Method", "Cache Mode"),
    *("Foreign File", "Foreign Program", "Conflict Resolution", "Sort Space Type", "Repeatable Seed"),
}
"""Keys that begin a line of TEXT and have an expression or a list of such behind them."""

_PLAIN = frozenset(("Cache Mode", "Conflict Resolution", "Foreign File", "Foreign Program"))
KNOWN = _QUOTED | _PLAIN | COUNTERS | frozenset(LINES) | {"Group Key", "Hash Key", "Inner Unique", "Disabled"}
"""Keys of a node's lines, by which such a line is known where it stands alone."""


class Open:
    """A node whose lines come: `column` is where they stand, `below` what is nested in it, parents first."""

    __slots__ = ("_nested", "_sets", "below", "column", "properties")

    def __init__(self, properties: Properties, column: int) -> None:
        self.properties = properties
        self.column = column
        self.below: list[Open] = []
        self._nested: Properties | None = None
        self._sets: list[tuple[str, str]] = []

    def line(self, text: str, whole: Whole) -> None:
        """Takes a line of the node; raises ValueError, KeyError or IndexError where it is none."""
        key, colon, value = text.partition(": ")
        if key in ("Group Key", "Hash Key") or (self._sets and key == "Sort Key"):
            self._sets.append((key, _balanced(whole(value))))
        elif colon and key in KNOWN:
            put(self.properties, key, value, whole)
        elif text.startswith("Worker "):
            self._worker(text, whole)
        elif text.startswith(_WRITES) and self.properties["Node Type"] == "ModifyTable":
            self._target(whole(text))
        else:
            put(self.properties, key, value if colon else _alone(text), whole)

    def deeper(self, column: int, text: str, whole: Whole) -> None:
        """Takes a line that stands deeper than those of the node."""
        key, colon, value = text.partition(": ")
        if key == "Group Key" and self._sets and self._sets[-1][0] != "Hash Key":
            self._sets.append((key, _balanced(whole(value))))
        elif self._nested is None or (column == 4 and not isinstance(self._nested.get("JIT"), dict)):
            raise ValueError(text)
        elif column == 4:
            jit(self._nested["JIT"], key, value)
        elif text == "JIT:":
            self._nested["JIT"] = {}
        elif column == 2 and colon:
            put(self._nested, key, value, whole)
        else:
            raise ValueError(text)

    def _worker(self, text: str, whole: Whole) -> None:
        match = _WORKER.fullmatch(text)
        if match is None:
            raise ValueError(text)
        worker: Properties = {"Worker Number": int(match[1])}
        self.properties.setdefault("Workers", []).append(worker)
        self._nested = worker
        if actual := _WORKER_ACTUAL.fullmatch(match[2]):
            first, last, rows, loops = actual.groups()
            if first:
                worker["Actual Startup Time"], worker["Actual Total Time"] = float(first), float(last)
            worker["Actual Rows"] = typed("Actual Rows", rows)
            worker["Actual Loops"] = int(loops)
        else:
            self.deeper(2, match[2], whole)

    def _target(self, text: str) -> None:
        foreign = text.startswith("Foreign ")
        target = known(text.removeprefix("Foreign ") if foreign else text)
        if target is None:
            raise ValueError(text)
        table: Properties = {key: target[key] for key in ("Relation Name", "Schema", "Alias") if key in target}
        self.properties.setdefault("Target Tables", []).append(table)
        self._nested = table

    def finish(self) -> Properties:
        """The properties, when all lines were there."""
        if self._sets:
            self._group()
        return self.properties

    def _group(self) -> None:
        if len(self._sets) == 1 and self._sets[0][0] == "Group Key" and self._sets[0][1] != "()":
            self.properties["Group Key"] = split(self._sets[0][1])
            return
        groups: list[Properties] = []
        for key, text in self._sets:
            if key == "Sort Key":
                groups.append({key: split(text)})
                continue
            keys = f"{key}s"
            if key == "Hash Key" or not groups or "Hash Keys" in groups[-1]:
                groups.append({})
            groups[-1].setdefault(keys, []).append([] if text == "()" else split(text))
        self.properties["Grouping Sets"] = groups


def put(found: Properties, key: str, value: str, whole: Whole) -> None:
    """Puts what stands behind a colon under the keys of JSON."""
    if key in _QUOTED:
        if "'" in value or '"' in value:
            value = whole(value)
        found[key] = split(_balanced(value)) if key in LISTS else _balanced(value)
    elif key in COUNTERS:
        found[key] = int(value)
    elif key in LINES:
        LINES[key](found, whole(value) if key == "Sampling" else value)
    elif _UNKNOWN.fullmatch(key):
        found[key] = _unknown(key, value)
    else:
        raise ValueError(key)


def _balanced(text: str) -> str:
    """`text`, which is not cut: its brackets close, and no comma waits for more."""
    if (text.count("(") != text.count(")") and depth(text) != 0) or text.endswith(","):
        raise ValueError(text)
    return text


def _unknown(key: str, value: str) -> Value:
    for unit in ("", " ms", " kB", " b", "kB"):
        if value.endswith(unit) and isinstance(number := typed(key, value.removesuffix(unit)), (int, float)):
            return number
    return value


def _alone(text: str) -> str:
    """What stands behind the colon of a line that ends with it: nothing."""
    if not text.endswith(":"):
        raise ValueError(text)
    return ""


def jit(found: dict[str, Value], key: str, value: str) -> None:
    """Takes a line below `JIT:`."""
    if key == "Functions":
        found[key] = int(value)
    elif key == "Options":
        pairs = (pair.rsplit(" ", 1) for pair in value.split(", "))
        found[key] = {name: {"true": True, "false": False}[word] for name, word in pairs}
    elif key == "Timing":
        found[key] = {
            name: float(time) if deform is None or not deform else {"Deform": float(deform), "Total": float(time)}
            for name, time, deform in _JIT_TIME.findall(value)
        }
    else:
        raise ValueError(key)
