"""A token of SQL text, and the identifier that it denotes. The scanner itself is the parser's (`parse.scan`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .position import Source

NAME_BYTES = 63
"""The longest name that PostgreSQL keeps, in bytes of UTF-8 (NAMEDATALEN - 1)."""

DEPTH = 1000
"""How deep a statement may be nested. The parser recurses in C without a limit of its own and would end the whole
process: measured on an 8 MB stack, deparsing dies between 500 and 2,000 nested subqueries (two levels each), parsing
between 16,000 and 40,000 chained operators."""

_UNICODE_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|(\\))")
_OPEN, _CLOSE, _SEMICOLON = ("ASCII_40", "ASCII_91", "CASE"), ("ASCII_41", "ASCII_93", "END_P"), "ASCII_59"
_APART = ("ASCII_44", "AND", "OR", "WHEN", "THEN", "ELSE", "ON")
_CHAINS = ("UNION", "INTERSECT", "EXCEPT", "JOIN")
_FLAT = ("IDENT", "UIDENT", "SCONST", "USCONST", "ICONST", "FCONST", "BCONST", "XCONST", "PARAM", "ASCII_46")


@dataclass(frozen=True)
class Token:
    """A token: `kind` is its name in PostgreSQL's grammar (`IDENT`, `SCONST`, `ASCII_46` for a dot, or a keyword),
    `text` its source, `start` and `end` are character offsets, `keyword` is true for keywords of every class.
    """

    kind: str
    text: str
    start: int
    end: int
    keyword: bool = False

    @property
    def is_comment(self) -> bool:
        """Whether this is a comment, which PostgreSQL treats as white space."""
        return self.kind in ("SQL_COMMENT", "C_COMMENT")

    @property
    def name(self) -> str | None:
        """The name that this token denotes where a name may stand: unquoted, folded, cut to 63 bytes; else None.

        `U&"…"` is read with the backslash as its escape character; another UESCAPE is a token of its own.
        """
        if self.kind == "UIDENT":
            return truncate(_UNICODE_ESCAPE.sub(_unescape, self.text[3:-1].replace('""', '"')))
        if self.kind != "IDENT" and not self.keyword:
            return None
        if self.text.startswith('"'):
            return truncate(self.text[1:-1].replace('""', '"'))
        return truncate(fold(self.text))


def fold(name: str) -> str:
    """`name` as an unquoted identifier is stored: only A to Z become small, as in a UTF-8 database."""
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in name)


def truncate(name: str) -> str:
    """`name` cut to 63 bytes of UTF-8 at a character boundary, as the server does it with a notice."""
    return name.encode("utf-8", "surrogatepass")[:NAME_BYTES].decode("utf-8", "ignore") if len(name) > 15 else name


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else "\\"


def check_depth(source: Source, tokens: Sequence[Token]) -> None:
    """Raise MigrationFileError where the tree of `tokens` (no comments) could be deeper than DEPTH.

    An upper bound: an open bracket or CASE is a level, and so is each operator or keyword since the last comma, AND,
    OR, WHEN, … on the same level, because operators associate to the left. Only a semicolon ends a chain of joins or
    of set operations.
    """
    levels: list[_Level] = [_Level()]
    depth = 0
    for token in tokens:
        kind, top = token.kind, levels[-1]
        if kind in _OPEN:
            levels.append(_Level(opened=kind))
            depth += 1
        elif kind in _CLOSE:
            # `AS case` opens and `AS end` closes nothing: what a bracket opened, only a bracket closes.
            while len(levels) > 1 and (kind != "END_P" or levels[-1].opened == "CASE"):
                closed = levels.pop()
                depth -= 1 + closed.chain + closed.joins
                if kind == "END_P" or closed.opened != "CASE":
                    break
        elif kind == _SEMICOLON and len(levels) == 1:
            levels, depth = [_Level()], 0
        elif kind == "AND" and top.between:
            top.between -= 1
        elif kind in _APART:
            depth -= top.chain
            top.chain = 0
        elif kind in _CHAINS:
            top.joins += 1
            depth += 1
        elif kind not in _FLAT:
            top.between += kind == "BETWEEN"
            top.chain += 1
            depth += 1
        if depth > DEPTH:
            raise source.error(
                f"this statement is nested more than {DEPTH:,} deep",
                token.start,
                hint="Split it into several statements, or build long text and lists with format() or arrays.",
            )


@dataclass
class _Level:
    """What one open bracket holds: operators in a row, joins and set operations in a row, BETWEENs without AND."""

    opened: str = ""
    chain: int = 0
    joins: int = 0
    between: int = 0
