"""The query inside of a statement that prepares, declares or copies one: what runs is that query.

    PREPARE p (int) AS SELECT …      DECLARE c CURSOR FOR SELECT …      COPY (SELECT …) TO STDOUT

Found by tokens, so that its text stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..base.errors import MigrationFileError
from . import parse
from .lexeme import Token

_FETCH = re.compile(r"""(?is)\s*(?:FETCH|MOVE)\b.*?(?P<name>"(?:[^"]|"")+"|[^\s";]+)\s*;?\s*\Z""")
_EXECUTE = re.compile(r"(?i)\s*EXECUTE\b")


def query_within(text: str) -> str | None:
    """The query in PREPARE, DECLARE CURSOR, or COPY … TO; None where there is none."""
    try:
        tokens = [token for token in parse.scan(text) if not token.is_comment]
    except MigrationFileError:
        return None
    first = tokens[0].kind if tokens else ""
    if first == "PREPARE":
        return _after(text, tokens, ("AS",))
    if first == "DECLARE":
        return _after(text, tokens, ("CURSOR", "FOR"))
    if first == "COPY" and len(tokens) > 1 and tokens[1].kind == "ASCII_40":
        end = _closing(tokens, 1)
        return text[tokens[1].end : tokens[end].start].strip() if end else None
    return None


def declared_cursor(text: str) -> str | None:
    """The name of the cursor that a DECLARE makes; None for another statement."""
    try:
        tokens = [token for token in parse.scan(text) if not token.is_comment]
    except MigrationFileError:
        return None
    return tokens[1].name if len(tokens) > 2 and tokens[0].kind == "DECLARE" else None


def fetched_cursor(text: str) -> str | None:
    """The name of the cursor that a FETCH or MOVE reads; None for another statement."""
    match = _FETCH.match(text)
    if match is None:
        return None
    name = match["name"]
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def executed(text: str, prepared: str) -> tuple[str, dict[int, str]] | None:
    """The query that `EXECUTE name (…)` runs, of `prepared` (its PREPARE), and its parameters as they were written;
    without them where they are more than constants. None for another statement."""
    if not _EXECUTE.match(text):
        return None
    query = query_within(prepared)
    if query is None:
        return None
    try:
        [statement] = parse.parse(text)
    except (MigrationFileError, ValueError):
        return None
    places = [parse.unwrap(each) for each in getattr(statement.node, "params", ())]
    if not places or any(parse.kind_of(each) != "A_Const" for each in places):
        return query, {}
    starts = [statement.source.character(each.location) for each in places]
    ends = [*(start for start in starts[1:]), len(text)]
    values = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return query, {number: _constant(value) for number, value in enumerate(values, 1)}


def _constant(text: str) -> str:
    """The constant at the beginning of `text`, with its sign."""
    tokens = [token for token in parse.scan(text) if not token.is_comment]
    last = tokens[1] if tokens[0].kind in ("ASCII_45", "ASCII_43") else tokens[0]
    return text[tokens[0].start : last.end]


def _after(text: str, tokens: Sequence[Token], words: Sequence[str]) -> str | None:
    """What stands behind the last of `words`, found one after the other outside of brackets."""
    depth, wanted = 0, list(words)
    for number, token in enumerate(tokens):
        depth += (token.kind == "ASCII_40") - (token.kind == "ASCII_41")
        if depth == 0 and number > 1 and token.kind == wanted[0]:
            wanted.pop(0)
            if not wanted:
                return text[token.end :].strip()
    return None


def _closing(tokens: Sequence[Token], at: int) -> int | None:
    """The number of the token that closes the bracket at `at`."""
    depth = 0
    for number, token in enumerate(tokens[at:], at):
        depth += (token.kind == "ASCII_40") - (token.kind == "ASCII_41")
        if depth == 0:
            return number
    return None
