"""A token of SQL text, and the identifier that it denotes. The scanner itself is the parser's (`parse.scan`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .position import Source

NAME_BYTES = 63
"""The longest name that PostgreSQL keeps, in bytes of UTF-8 (NAMEDATALEN - 1)."""

DEPTH = 1000
"""How deep a statement may be nested. The parser recurses in C without a limit of its own and would end the
whole process: measured on an 8 MB stack, deparsing dies between 500 and 2,000 nested subqueries, parsing between
16,000 and 40,000 chained operators."""

_UNICODE_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|(\\))")
_OPEN, _CLOSE, _COMMA, _SEMICOLON = ("ASCII_40", "ASCII_91"), ("ASCII_41", "ASCII_93"), "ASCII_44", "ASCII_59"
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

    An upper bound: an open bracket is a level, and so is each operator since the last comma, because operators
    associate to the left; a comma does not end a chain of joins or set operations.
    """
    levels: list[list[int]] = [[0, 0]]
    depth = 0
    for token in tokens:
        kind, top = token.kind, levels[-1]
        if kind in _OPEN:
            levels.append([0, 0])
            depth += 1
        elif kind in _CLOSE and len(levels) > 1:
            depth -= 1 + sum(levels.pop())
        elif kind == _SEMICOLON and len(levels) == 1:
            levels, depth = [[0, 0]], 0
        elif kind == _COMMA:
            depth -= top[0]
            top[0] = 0
        elif kind in _CHAINS or kind not in _FLAT:
            top[kind in _CHAINS] += 1
            depth += 1
        if depth > DEPTH:
            raise source.error(
                f"this statement is nested more than {DEPTH:,} deep",
                token.start,
                hint="Split it into several statements, or build long text and lists with format() or arrays.",
            )
