"""Reads EXPLAIN (FORMAT YAML) by the events of PyYAML's parser, never by its loader.

The server quotes every text and nothing else, so the style of a scalar says its type, as in JSON; a loader would take
an unquoted word for what it looks like. Events also keep anchors, tags and deep nesting from doing harm.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from ....base.errors import QueryPlanError
from ..keys import LISTS, NESTED_LISTS, OBJECT_LISTS, number
from ..model import QueryPlan, Value
from . import whole
from .json_ import from_values
from .limits import DEEPEST, HINT, too_deep

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[^\x00-\uffff]")
"""Characters that JSON has as they are, and that YAML refuses or folds."""

_TUPLES = re.compile(r" +Tuples (?:Inserted|Updated|Deleted|Skipped): \d+")
_FIRST = re.compile(r"(?:- )?(?:Plan: *\Z|Query Text: )")
_KEY = re.compile(r"- [A-Z]|[A-Z][A-Za-z /-]+: ?")
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None}


def read(text: str) -> tuple[tuple[QueryPlan, ...], str]:
    """The plans in `text`, and what stands around them; raises QueryPlanError."""
    document, around = _apart(text)
    found = from_values(_values(document))
    for plan in found:
        if lack := whole.missing(plan) or whole.end_missing(plan.measured, plan.properties):
            line = document.rstrip().count("\n") + 1
            raise QueryPlanError(f"the plan ends in the middle: {lack}.", line=line, hint=HINT)
    return found, around


def _apart(text: str) -> tuple[str, str]:
    """The lines of the document, with empty ones in place of all others, and those others."""
    inside: list[str] = []
    around: list[str] = []
    edge = -1
    for line in text.split("\n"):
        stripped = line.lstrip(" ")
        column = len(line) - len(stripped)
        if _FIRST.match(stripped) and (edge < 0 or column == edge):
            edge = column
        elif edge >= 0 and stripped and (column < edge or (column == edge and not _KEY.match(stripped))):
            edge = -1
        inside.append(line if edge >= 0 else "")
        if edge < 0:
            around.append(line)
    return "\n".join(inside), "\n".join(around)


def _values(text: str) -> list[Value]:
    safe = _ESCAPED.sub(lambda match: f"\\U{ord(match[0]):08x}", _in_place(text))
    builder = _Builder()
    try:
        for event in yaml.parse(safe, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        last = text.rstrip().count("\n")
        cut = mark is not None and mark.line >= last
        what = "the plan ends in the middle" if cut else f"this is no valid YAML ({error.problem})"
        raise QueryPlanError(f"{what}.", line=None if mark is None else mark.line + 1, hint=HINT) from error
    except yaml.YAMLError as error:
        raise QueryPlanError("this is no valid YAML (a character that YAML does not know).", hint=HINT) from error
    return builder.values


def _in_place(text: str) -> str:
    """With the counters of a MERGE where they belong: 15 to 18 write them among its tables, which is no YAML."""
    if "Tuples " not in text:
        return text
    lines, tables = text.split("\n"), -1
    for place, line in enumerate(lines):
        stripped = line.lstrip(" ")
        column = len(line) - len(stripped)
        if stripped.startswith("Target Tables:"):
            tables = column + (2 if line[:column].endswith("- ") else 0)
        elif tables >= 0 and column > tables and _TUPLES.fullmatch(line):
            lines[place] = " " * tables + stripped
        elif tables >= 0 and column <= tables:
            tables = -1
    return "\n".join(lines)


def _line(event: yaml.Event) -> int | None:
    return None if event.start_mark is None else event.start_mark.line + 1


class _Builder:
    """Makes values of events. A key that comes again begins the next plan: auto_explain writes no list around them."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self._stack: list[tuple[Any, str]] = []
        self._key: str | None = None

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._plain(event)
            if len(self._stack) > 2 * DEEPEST + 10:
                raise too_deep(_line(event))
            self._stack.append(({} if isinstance(event, yaml.MappingStartEvent) else [], self._key or ""))
            self._key = None
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            value, self._key = self._stack.pop()
            self._put(value)
        elif isinstance(event, yaml.ScalarEvent):
            self._plain(event)
            holder = self._stack[-1][0] if self._stack else None
            if isinstance(holder, dict) and self._key is None:
                self._key = event.value
                if len(self._stack) == 1 and "Plan" in holder and self._key in ("Plan", "Query Text"):
                    self.values.append(dict(holder))
                    holder.clear()
            else:
                self._put(self._scalar(event))
        elif isinstance(event, yaml.AliasEvent):
            raise QueryPlanError("a plan has no aliases.", line=_line(event), hint=HINT)

    def _plain(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            raise QueryPlanError("a plan has no anchors and no tags.", line=_line(event), hint=HINT)

    def _put(self, value: Value) -> None:
        if not self._stack:
            self.values.append(value)
            return
        holder = self._stack[-1][0]
        if isinstance(holder, dict):
            holder[self._key] = value
            self._key = None
        else:
            holder.append(value)

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        text: str = event.value
        if not event.implicit[0]:  # it is quoted
            return text
        if not text:  # the server writes a list or an object without members so
            return [] if self._key in OBJECT_LISTS | LISTS | NESTED_LISTS else {}
        if text in _WORDS:
            return _WORDS[text]
        value = number(text)
        return text if value is None else value
