"""The lines beside the tree of nodes: what the server was set to, planning, triggers, JIT, output, and the whole time.

They stand where the first line of the plan stands, and their own details one step deeper. Old spellings ("Total
runtime" up to 9.3, "Execution time" up to 9.6) are read as those of today.
"""

from __future__ import annotations

import re

from ...keys import typed
from ...model import Value
from .counters import LINES, Properties
from .node import jit

_TIME = re.compile(r"(Planning Time|Execution Time|Total runtime): (\d+\.\d+) ms", re.IGNORECASE)
_TRIGGER = re.compile(
    r"(?: (.+?))??(?: for constraint (.+?))?(?: on (.+))?: (?:time=(\d+\.\d+) )?calls=(\d+)", re.DOTALL
)
_SETTING = re.compile(r"([\w.]+) = (?:'(.*?)'|(NULL))(?:, (?=[\w.]+ = ['N])|\Z)", re.DOTALL)
_SERIALIZATION = re.compile(r"(?:time=(\d+\.\d+) ms  )?output=(\d+)kB  format=(\w+)")
_MEMORY = re.compile(r"used=(\d+)kB  allocated=(\d+)kB")
_OTHER = re.compile(r"([A-Z][A-Za-z/ -]{2,40}): (\S.*)")

_Group = dict[str, Value]


class Tail:
    """What was read below the tree; `line` and `deeper` say whether a line was of it."""

    def __init__(self) -> None:
        self.properties: Properties = {}
        self.found = False
        self._group: _Group | None = None
        self._unsure: Properties = {}

    def line(self, text: str) -> bool:
        """Takes a line at the left edge."""
        done = self._time(text) or self._block(text) or self._single(text)
        if done:
            self.found = True
            self.properties.update(self._unsure)
            self._unsure = {}
        elif (match := _OTHER.fullmatch(text)) and "Execution Time" not in self.properties and match[1] != "Time":
            # It may be an extension's, or chatter: it is kept where one of ours follows.
            self._unsure[match[1]] = typed(match[1], match[2])
        return done

    def deeper(self, text: str) -> bool:
        """Takes a line one step deeper, which belongs to the line above it."""
        key, colon, value = text.partition(": ")
        if self._group is None or not colon:
            return False
        if "JIT" in self.properties and self._group is self.properties["JIT"]:
            jit(self._group, key, value)
        elif key == "Memory" and (match := _MEMORY.fullmatch(value)):
            self._group["Memory Used"], self._group["Memory Allocated"] = int(match[1]), int(match[2])
        elif key in LINES:
            LINES[key](self._group, value)
        else:
            return False
        return True

    def _time(self, text: str) -> bool:
        match = _TIME.fullmatch(text)
        if match is None:
            return False
        planning = match[1].lower().startswith("planning")
        self.properties["Planning Time" if planning else "Execution Time"] = float(match[2])
        self._group = None
        return True

    def _block(self, text: str) -> bool:
        """A line with others below it."""
        if text in ("Planning:", "JIT:"):
            self._group = self.properties.setdefault(text[:-1], {})
            return True
        match = _SERIALIZATION.fullmatch(text.removeprefix("Serialization: "))
        if match is None:
            return False
        time, volume, form = match.groups()
        self._group = {"Output Volume": int(volume), "Format": form}
        if time:
            self._group["Time"] = float(time)
        self.properties["Serialization"] = self._group
        return True

    def _single(self, text: str) -> bool:
        key, colon, value = text.partition(": ")
        if key == "Settings" and colon:
            self.properties[key] = settings(value)
        elif key == "Query Identifier" and colon:
            self.properties[key] = int(value)
        elif text.startswith("Trigger") and (match := _TRIGGER.fullmatch(text, 7)):
            self.properties.setdefault("Triggers", []).append(_trigger(match))
        else:
            return False
        self._group = None
        return True


def settings(text: str) -> dict[str, str | None]:
    """`work_mem = '4MB', search_path = '"$user", public'`: the server does not double the marks inside a value."""
    found: dict[str, str | None] = {}
    for match in _SETTING.finditer(text):
        found[match[1]] = None if match[3] else match[2]
    if not found:
        raise ValueError(text)
    return found


def _trigger(match: re.Match[str]) -> Properties:
    name, constraint, relation, time, calls = match.groups()
    found: Properties = {"Trigger Name": name, "Constraint Name": constraint, "Relation": relation}
    found = {key: value for key, value in found.items() if value is not None}
    if time:
        found["Time"] = float(time)
    return {**found, "Calls": int(calls)}
