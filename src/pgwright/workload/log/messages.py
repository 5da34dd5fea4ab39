"""What a message of the log tells about a statement. Pure; the same for every form of a log.

duration: 0.123 ms  statement: SELECT …          ended, with its text
duration: 0.123 ms  execute a_name: SELECT …     the same by the extended protocol; its values are in the detail
duration: 0.123 ms  plan:  Query Text: …         ended, told by auto_explain
statement: SELECT …                              began; its time comes apart, or never
duration: 0.123 ms                               what began has ended
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from enum import Enum

from ...sql.within import executed, query_within
from . import words

_DURATION = re.compile(rf"{words.DURATION} ?:? (\d+\.\d+) {words.MILLISECONDS}")
_TEXT = re.compile(rf"{words.STATEMENT} ?: ", re.IGNORECASE)
_FETCH = re.compile(rf"{words.FETCH}\s*(?:.*?): ")
_EXECUTE = re.compile(rf"{words.EXECUTE}\s*(?:.*?): ")
_PARAMETERS = re.compile(r"(?:(?<=[ :：])|^)\$(\d+) = (NULL|'(?:[^']|'')*'?)(?:, |\Z)")
_PLAN = re.compile(r"^(?! ).*  \(cost=\d+\.\d+\.\.\d", re.MULTILINE)
_PREPARE = re.compile(r"(?s)[^\n]*?: (PREPARE\s.*)", re.IGNORECASE)
_PREPARED = re.compile(r"(?i)\s*PREPARE\s")
_CUT = "...'"
"""How a value ends that log_parameter_max_length cut off."""


class Told(Enum):
    """What a message is about."""

    ENDED = "a statement with its time"
    PLANNED = "a statement with its time, by auto_explain"
    FETCHED = "more rows of a statement, with the time that they took"
    BEGAN = "a statement without a time"
    TIME = "the time of what began"


@dataclass(frozen=True, kw_only=True)
class Message:
    """`text` is empty for TIME, `ms` 0 for BEGAN. `parameters` are SQL constants; one that was cut off is not there."""

    told: Told
    text: str = ""
    ms: float = 0.0
    parameters: dict[int, str] = field(default_factory=dict)


def understand(message: str, detail: str = "") -> Message | None:
    """What a message tells; None for all that is about something else, and for the times of parse and bind."""
    duration = _DURATION.match(message)
    if duration is None:
        match = _TEXT.match(message) or _EXECUTE.match(message)
        if match is None or _FETCH.match(message):
            return None
        return _message(Told.BEGAN, message[match.end() :], 0.0, detail)
    ms, rest = float(duration[1]), message[duration.end() :].lstrip(" ,")
    if not rest:
        return Message(told=Told.TIME, ms=ms)
    if rest.startswith("plan:"):
        text, values = _planned(rest[5:].lstrip(" \t\r\n"))
        text = (query_within(text) or text) if _PREPARED.match(text) else text  # what EXECUTE runs
        return Message(told=Told.PLANNED, text=text, ms=ms, parameters=parameters(values)) if text else None
    for pattern, told in ((_FETCH, Told.FETCHED), (_TEXT, Told.ENDED), (_EXECUTE, Told.ENDED)):
        if match := pattern.match(rest):
            return _message(told, rest[match.end() :], ms, detail)
    return None


def _message(told: Told, text: str, ms: float, detail: str) -> Message:
    """The statement, or of an EXECUTE the one that it runs: the detail has its PREPARE then."""
    prepared = _PREPARE.match(detail)
    found = executed(text, prepared[1]) if prepared else None
    if found is not None:
        return Message(told=told, text=found[0], ms=ms, parameters=found[1])
    return Message(told=told, text=text, ms=ms, parameters=parameters(detail))


def parameters(detail: str) -> dict[int, str]:
    """The values of `$1 = '…', $2 = NULL` as SQL constants. One that was cut off is left out."""
    if "$1" not in detail:
        return {}
    found = {}
    for match in _PARAMETERS.finditer(detail):
        value = match[2]
        if not value.endswith(_CUT) and (value == "NULL" or (len(value) > 1 and value.endswith("'"))):
            found[int(match[1])] = f"E{value.replace(chr(92), chr(92) * 2)}" if "\\" in value else value
    return found


def _planned(body: str) -> tuple[str, str]:
    """Text and parameters of an entry of auto_explain, in any of its forms."""
    if body.startswith("{"):
        return _of_json(body)
    if body.startswith("<"):
        return _tag(body, "Query-Text"), _tag(body, "Query-Parameters")
    if body.startswith('Query Text: "') and "\nPlan:" in body:
        return _yaml(body, "Query Text"), _yaml(body, "Query Parameters")
    plan = _PLAN.search(body)
    head = body.removeprefix("Query Text: ")[: max(plan.start() - len("Query Text: "), 0)] if plan else ""
    text, _, values = head.rpartition("\nQuery Parameters: ")
    return (text, values) if text else (head.rstrip("\n"), "")


def _of_json(body: str) -> tuple[str, str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    return str(found.get("Query Text", "")), str(found.get("Query Parameters", ""))


def _tag(body: str, name: str) -> str:
    match = re.search(rf"<{name}>(.*?)</{name}>", body, re.DOTALL)
    return html.unescape(match[1]) if match else ""


def _yaml(body: str, name: str) -> str:
    """A value in YAML, which auto_explain writes as a string of JSON."""
    match = re.search(rf'^{name}: ("(?:[^"\\]|\\.)*")', body, re.MULTILINE)
    try:
        return str(json.loads(match[1], strict=False)) if match else ""
    except ValueError:
        return ""
