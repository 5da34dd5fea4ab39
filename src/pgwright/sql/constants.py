"""Takes the constants out of a statement by its text alone, fast enough for every line of a log.

    SELECT * FROM t  WHERE a = 'x' -- why         →   SELECT * FROM t WHERE a = ''      with 'x'

What is left, the skeleton, is itself SQL of the same structure, on one line and without comments, so that it is parsed
once for all statements that share it (`sql/shape.py`). Nothing is understood here: which of the constants are values
and which belong to the statement (`varchar(10)`, `ORDER BY 1`) only the tree tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Strings as of standard_conforming_strings = on. A dollar or a digit inside of a name is no beginning of anything.
_TOKEN = re.compile(
    r"""
    (?=[\s\-/"'$\d.eEuUbBxX])  # most letters are passed over at once: this is where the time of a log goes
    (?:
      (?P<kept> /\*(?:\+(?:[^*]|\*(?!/))*|,[ ]\.\.\.[ ])\*/ )   # a hint; a list cut to one value
    | (?P<blank> (?= \s(?:\s|--|/\*) | [^\S ] | -- | /\*)
                 (?: \s | --[^\n\r]* | /\*(?!\+|,[ ]\.\.\.[ ]\*/)(?:[^*/]|\*(?!/)|/(?!\*))*\*/ )+ )
    | (?P<name> "(?:[^"]|"")*" )
    | (?P<string>
          (?<![\w$])[eE]'(?:[^'\\]|''|\\.)*'(?:\s*[\n\r]\s*'(?:[^'\\]|''|\\.)*')*
        | (?:(?<![\w$])[uU]&)?'(?:[^']|'')*'(?:\s*[\n\r]\s*'(?:[^']|'')*')*(?:\s+[uU][eE][sS][cC][aA][pP][eE]\s+'.')?
        | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
      )
    | (?P<bits> (?<![\w$])[bBxX]'[0-9A-Fa-f]*' )
    | (?P<parameter> (?<![\w$])\$\d+ )
    | (?P<number> (?<![\w$.])(?: 0[xXoObB][0-9A-Fa-f_]+ | (?: \d[\d_]*(?:\.(?!\.)\d*)? | \.\d+ )(?:[eE][+-]?\d+)? ) )
    )
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Literal:
    """A constant or a parameter `$n` as it was written (`text`), and where what stands for it begins and ends in the
    skeleton."""

    text: str
    start: int
    end: int


def skeleton(text: str) -> tuple[str, tuple[Literal, ...]]:
    """`text` with every string as `''`, every number as `0`, comments and line ends as one blank; and what was there.
    Parameters stay as they are, and so do hints (`/*+ … */`) and the mark of a cut list (`/*, ... */`)."""
    parts: list[str] = []
    found: list[Literal] = []
    at = length = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "tag" else "string"
        if kind in ("kept", "name"):
            continue
        start, end = match.span()
        before = text[at:start]
        mark = _mark(kind, match[0])
        parts += (before, mark)
        length += len(before)
        if kind != "blank":
            found.append(Literal(match[0], length, length + len(mark)))
        length += len(mark)
        at = end
    parts.append(text[at:])
    return "".join(parts), tuple(found)


def _mark(kind: str | None, text: str) -> str:
    if kind == "blank":
        return " "
    if kind == "string":
        return "''"
    if kind == "bits":
        return text[0] + "''"
    return "0" if kind == "number" else text
