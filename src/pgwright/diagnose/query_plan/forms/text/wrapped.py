"""Puts lines together again that a terminal, an e-mail or a chat has broken.

It is tried only where the lines as they are make no plan. A line is taken for the rest of the one above where one of
the two cannot stand by itself, and only where the line above had no room for its first word. Lines that were cut at one
width are joined as they are; where words were kept whole, a space stood between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .expressions import depth, left_open
from .label import has_numbers, known
from .node import KNOWN

_BESIDE = re.compile(
    r"(?:Planning|Execution) Time: |Planning:|JIT:|Settings: |Query Identifier: |Trigger |Serialization: "
    r"|InitPlan |SubPlan |CTE |Worker \d+:|Functions: |Options: |Timing: |Query Text: |Query Parameters: "
    r"|\(\d+ [^()]*\)$",
    re.IGNORECASE,
)

_MOST = 20_000
"""Lines, and characters of one: more than that nobody pastes, and each is looked at again whenever it grows."""


def joined(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines with broken ones put together, each where it began: as if they were cut at one width, and as if words
    were kept whole. Nothing where nothing was broken."""
    if len(lines) > _MOST:
        return
    width = max((len(line.rstrip()) for line in lines), default=0)
    for hard in (True, False):
        found = _joined(lines, width, hard=hard)
        if found is not None:
            yield found


def _joined(lines: Sequence[str], width: int, *, hard: bool) -> list[str] | None:
    costs = any("(cost=" in line for line in lines)
    found = [line.rstrip() for line in lines]
    last, end, changed = 0, found[0] if found else "", False
    for place in range(1, len(found)):
        line = found[place]
        if not line:
            continue
        if _goes_on(found[last], end, line, width, costs=costs):
            space = " " * max(width - len(end), 0) if hard else " "
            found[last] += space + (line if hard else line.lstrip())
            found[place] = ""
            changed = True
        else:
            last = place
        end = line
    return found if changed else None


def _goes_on(above: str, end: str, line: str, width: int, *, costs: bool) -> bool:
    """Whether `line` is the rest of `above`, of which `end` was the last line so far."""
    if len(above) > _MOST:
        return False
    if not left_open(above) and depth(above) > 0:
        return True
    return _no_room(end, line, width) and not (_whole(above.lstrip(), costs=costs) and _starts(line.lstrip()))


def _no_room(above: str, line: str, width: int) -> bool:
    """Whether the first word of `line` would not have fitted behind `above`."""
    words = line.split(None, 1)
    return bool(words) and bool(above.strip()) and len(above.rstrip()) + 1 + len(words[0]) > width


def _starts(text: str) -> bool:
    """Whether a line can begin so."""
    return (
        text.startswith("->")
        or text.partition(": ")[0] in KNOWN
        or _BESIDE.match(text) is not None
        or has_numbers(text)
    )


def _whole(text: str, *, costs: bool) -> bool:
    """Whether a line can end so."""
    if left_open(text) or depth(text) > 0 or text.endswith((",", " AND", " OR")):
        return False
    if text.startswith("->"):
        return has_numbers(text) if costs else known(text[2:].lstrip()) is not None
    return ": " in text or has_numbers(text) or _BESIDE.match(text) is not None or text.endswith(":")
