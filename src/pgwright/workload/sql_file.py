"""Statements of a `.sql` file, with what is known of them in comment lines above.

    -- calls: 12000
    -- mean_ms: 3.5
    SELECT * FROM commandes WHERE client = 42;

Constants become parameters, and what was written is a sample of their values; `$1` may stand there, too. What is no
query is refused by its name and place, because a workload that silently lacks a part would give wrong advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..base.errors import MigrationFileError
from ..sql import parse
from ..sql.lexeme import Token
from ..sql.position import Position, Source
from ..sql.shape import READING, WRITING
from .gathering import Gathering, Ran
from .values import Origin, Workload

_DIRECTIVE = re.compile(r"--+\s*(?P<name>calls|mean_ms)\s*(?P<sign>[:=])\s*(?P<value>.*?)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_META = re.compile(r"\\\S*")
_FORM = "Write -- calls: 1000 or -- mean_ms: 12.5 on a line of its own above the statement."


@dataclass(frozen=True)
class _Said:
    """A directive: what it says, and where its comment begins."""

    name: str
    value: float
    place: int


def read(text: str, *, file: str = "<text>") -> Workload:
    """The workload of the text of a file. A statement that says nothing was called once, in unknown time. Raises
    MigrationFileError with line and column."""
    source = Source(text.removeprefix("\ufeff"), file)
    gathering = Gathering()
    for tokens in _statements(source):
        ran = _ran(source, tokens)
        if ran is not None:
            gathering.add(ran)
    return Workload(origin=Origin.FILE, statements=gathering.statements, left_out=gathering.left)


def _statements(source: Source) -> Iterator[list[Token]]:
    """The tokens of each statement, comments before it among them; a semicolon ends one."""
    tokens: list[Token] = []
    for token in parse.scan(source.text, file=source.file):
        if token.kind == "ASCII_92":
            _refuse_meta(source, token)
        if token.kind == "ASCII_59":
            yield tokens
            tokens = [token]  # so that a directive behind it is seen to stand there
        else:
            tokens.append(token)
    yield tokens


def _refuse_meta(source: Source, token: Token) -> None:
    found = _META.match(source.text, token.start)
    word = found[0] if found else "\\"
    hint = "Only psql knows it. Take it out; \\i FILE can be replaced by what the file holds."
    raise source.error(f"{word} is a command of psql, not of SQL", token.start, hint=hint)


def _ran(source: Source, tokens: Sequence[Token]) -> Ran | None:
    """One statement with its directives; None where there are comments only."""
    code = [token for token in tokens if not token.is_comment and token.kind != "ASCII_59"]
    said = _directives(source, tokens, code)
    if not code:
        if said:
            raise source.error("this directive stands above no statement", said[0].place, hint=_FORM)
        return None
    start, end = code[0].start, code[-1].end
    text = source.text[start:end]
    _check(source, text, start)
    values = {each.name: each.value for each in said}
    calls = int(values.get("calls", 1))
    mean = values.get("mean_ms")
    return Ran(
        text=text,
        calls=calls,
        timed=0 if mean is None else calls,
        ms=0.0 if mean is None else mean * calls,
        position=f"{source.file}:{source.position(start).line}",
    )


def _directives(source: Source, tokens: Sequence[Token], code: Sequence[Token]) -> list[_Said]:
    """What is said above the first token of the statement; refused elsewhere, and twice."""
    found: list[_Said] = []
    begin = code[0].start if code else len(source.text)
    before = {after.start: token for token, after in pairwise(tokens)}
    for token in tokens:
        match = _DIRECTIVE.fullmatch(token.text) if token.kind == "SQL_COMMENT" else None
        if match is None:
            continue
        behind = before.get(token.start)
        line = source.position(token.start).line
        if token.start > begin or (behind is not None and source.position(behind.end).line == line):
            raise source.error("a directive stands behind something else", token.start, hint=_FORM)
        found.append(_said(source, token, match))
        if any(each.name == found[-1].name for each in found[:-1]):
            raise source.error(f"{found[-1].name} stands above this statement twice", token.start, hint="Remove one.")
    return found


def _said(source: Source, token: Token, match: re.Match[str]) -> _Said:
    name, value = match["name"].lower(), match["value"].replace("_", "").replace(",", "")
    place = token.start + match.start("value")
    if match["sign"] == "=" or not _NUMBER.fullmatch(value):
        raise source.error(f"this is no number for {name}", place, hint=_FORM)
    if name == "calls" and ("." in value or int(value) == 0):
        raise source.error("calls is a whole number above zero", place, hint=_FORM)
    return _Said(name, float(value), token.start)


def _check(source: Source, text: str, start: int) -> None:
    """Raises for what is no SQL or no query, with its place in the file."""
    try:
        [statement] = parse.parse(text)
    except MigrationFileError as error:
        place = Source(text).offset(Position(error.line or 1, error.column or 1))
        message = error.message.split("\n")[0].split(": ", 1)[-1]
        raise source.error(message, start + place, hint=error.hint) from error
    if statement.kind not in READING | WRITING:
        what = re.sub(r"Stmt$", "", statement.kind)
        hint = "A workload is made of SELECT, INSERT, UPDATE, DELETE and MERGE. For DDL: pgwright plan."
        raise source.error(f"this is no query ({what})", start, hint=hint)
