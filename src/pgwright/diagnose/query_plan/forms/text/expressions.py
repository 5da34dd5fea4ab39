"""Expressions as the server writes them into a plan: where a quoted text ends, and where a list has its commas."""

from __future__ import annotations

import re

_QUOTE = re.compile("['\"]")
_MARK = re.compile(r"""'[^']*+'|"[^"]*+"|[(\[{]|[)\]}]|, """)


def left_open(text: str, inside: str = "") -> str:
    """The quotation mark that is still open at the end of `text`, where `inside` was open before it; empty where none
    is. A doubled mark closes and opens again; nothing else escapes one (the server deparses no E'' texts)."""
    start = 0
    while True:
        if inside:
            start = text.find(inside, start) + 1
            if not start:
                return inside
        match = _QUOTE.search(text, start)
        if match is None:
            return ""
        inside, start = match[0], match.end()


def depth(text: str) -> int:
    """How many brackets are open at the end of `text`, outside of what is quoted; less than 0 where too many close."""
    level = 0
    for match in _MARK.finditer(text):
        mark = match[0]
        level += (mark in "([{") - (mark in ")]}")
    return level


def split(text: str) -> list[str]:
    """The parts of a list, cut at its commas outside of quotes and brackets."""
    if ", " not in text:
        return [text]
    if not any(mark in text for mark in "'\"([{"):
        return text.split(", ")
    parts, level, start = [], 0, 0
    for match in _MARK.finditer(text):
        mark = match[0]
        if mark == ", ":
            if level == 0:
                parts.append(text[start : match.start()])
                start = match.end()
        elif len(mark) == 1:
            level += 1 if mark in "([{" else -1
    parts.append(text[start:])
    return parts
