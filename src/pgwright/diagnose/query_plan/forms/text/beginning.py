"""Where a plan begins in lines that may hold other things before it: a prompt, the statement, words of a chat.

The first line of a plan has no arrow, and numbers at its end; without them (COSTS OFF) its words must be those of a
node. auto_explain writes the statement before it ("Query Text"), as it was sent, over as many lines as it has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .....base.errors import QueryPlanError
from ..limits import HINT
from .expressions import left_open
from .label import has_numbers, known
from .node import KNOWN

_QUERY = "Query Text: "
_PARAMETERS = "Query Parameters: "
_TAIL = re.compile(
    r"(?:Planning|Execution) Time: |Planning:$|Settings: |Query Identifier: |Trigger |JIT:$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """The root is at `place`, what belongs to it stands `offset` columns to the right of where it should, and the plan
    with its statement begins at `first`."""

    first: int
    place: int
    offset: int
    query: str | None = None
    parameters: str | None = None


def beginning(lines: Sequence[str], place: int = 0, *, bare: bool = False) -> Beginning | None:
    """Where the next plan begins, from `place` on; None where there is none. `bare` says that plans have no numbers;
    the very first line may be of one without. Raises QueryPlanError where the first lines of a plan are missing."""
    alone = first = True
    for number in range(place, len(lines)):
        line = lines[number]
        text = line.lstrip(" ")
        if not text:
            alone = True
            continue
        if text.startswith(_QUERY):
            return _after_query(lines, number, len(line) - len(text))
        if text.startswith("->"):
            if has_numbers(text):
                raise QueryPlanError(
                    "the plan begins in the middle: the line of its first node is missing.", line=number + 1, hint=HINT
                )
        elif is_root(text) or ((bare or first) and known(text) and (alone or _goes_on(lines, number))):
            return Beginning(first=number, place=number, offset=_offset(lines, number))
        alone = first = False
    return None


def is_root(text: str) -> bool:
    """Whether a line without indentation is the first of a plan: it has numbers, or a name that goes on in the next
    line."""
    if has_numbers(text):
        return not text.startswith("->")
    return '"' in text and left_open(text) == '"' and " on " in text and known(f"{text.split(chr(34))[0]}x") is not None


def _goes_on(lines: Sequence[str], number: int) -> bool:
    """Whether the next line stands deeper."""
    first = len(lines[number]) - len(lines[number].lstrip(" "))
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return len(following) - len(following.lstrip(" ")) > first and bool(following.strip())


def _offset(lines: Sequence[str], number: int) -> int:
    """Who copies from the first word on loses the indentation of the first line, so the second one decides."""
    first = len(lines[number]) - len(lines[number].lstrip(" "))
    for line in lines[number + 1 : number + 3]:
        text = line.lstrip(" ")
        if not text:
            continue
        column = len(line) - len(text)
        if text.startswith(("->", "InitPlan ", "CTE ", "SubPlan ")) or text.partition(": ")[0] in KNOWN:
            return max(column - 2, first)
        return max(column, first) if _TAIL.match(text) else first
    return first


def _after_query(lines: Sequence[str], number: int, column: int) -> Beginning:
    parameters = None
    for place in range(number + 1, len(lines)):
        line = lines[place]
        if line[column : column + len(_PARAMETERS)] == _PARAMETERS:
            parameters = place
        elif line[column : column + 1] not in (" ", "") and line[:column].strip() == "" and is_root(line[column:]):
            query = _joined(lines[number : parameters or place], column).removeprefix(_QUERY)
            values = None if parameters is None else _joined(lines[parameters:place], column).removeprefix(_PARAMETERS)
            offset = _offset(lines, place)
            return Beginning(first=number, place=place, offset=offset, query=query, parameters=values)
    raise QueryPlanError('there is a "Query Text", but no plan behind it.', line=number + 1, hint=HINT)


def _joined(lines: Sequence[str], column: int) -> str:
    return "\n".join(line[column:] if not line[:column].strip() else line for line in lines)
