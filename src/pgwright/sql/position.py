"""Where something stands in a text: the only place that converts between bytes, characters, lines and columns.

The parser counts bytes in its nodes and tokens, and characters in its errors; people count lines and columns.
Offsets that leave this module are 0-based characters (code points); lines and columns are 1-based characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from ..base.errors import MigrationFileError

_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_WIDTH = 100


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file: `line` and `column` are 1-based, `column` counts characters."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True)
class Source:
    """A text and the name of the file it came from; answers every question about places in it."""

    text: str
    file: str = "<text>"

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """The offset of the first character of each line."""
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    @cached_property
    def _character_of_byte(self) -> list[int] | None:
        """For each byte the character that it belongs to; None when all characters are one byte."""
        if self.text.isascii():
            return None
        table: list[int] = []
        for number, character in enumerate(self.text):
            table.extend([number] * len(character.encode("utf-8", "surrogatepass")))
        table.append(len(self.text))
        return table

    def character(self, byte: int) -> int:
        """The character offset of the UTF-8 byte offset `byte`; what lies outside is brought to the nearer end."""
        byte = max(byte, 0)
        table = self._character_of_byte
        if table is None:
            return min(byte, len(self.text))
        return table[min(byte, len(table) - 1)]

    def position(self, offset: int) -> Position:
        """Line and column of the character at `offset`; a line ends at LF, CR LF or CR."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """The character offset of `position`."""
        return self._starts[position.line - 1] + position.column - 1

    def line(self, number: int) -> str:
        """The text of line `number` (1-based) without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def excerpt(self, offset: int) -> str:
        """The line around `offset` with a caret under the character, as two lines of text for a terminal."""
        place = self.position(offset)
        # Control characters other than tabs would be obeyed by a terminal, not shown.
        line, caret = _CONTROL.sub("\ufffd", self.line(place.line)), place.column - 1
        before, after = "", ""
        if caret > _WIDTH * 2 // 3:
            cut = caret - _WIDTH // 2
            before, line, caret = "… ", line[cut:], caret - cut
        if len(line) > _WIDTH:
            line, after = line[:_WIDTH], " …"
        gutter = f"{place.line} | "
        blank = " " * (len(gutter) - 2) + "| "
        return f"{gutter}{before}{line}{after}\n{blank}{' ' * len(before)}{_blank(line[:caret])}^"

    def error(self, message: str, offset: int, *, hint: str = "") -> MigrationFileError:
        """The error `message` at the character `offset`, to be raised by the caller."""
        place = self.position(offset)
        return MigrationFileError(
            _CONTROL.sub("\ufffd", message),
            file=self.file,
            line=place.line,
            column=place.column,
            excerpt=self.excerpt(offset),
            hint=hint,
        )


def _blank(text: str) -> str:
    """Blanks as wide as `text` is on a terminal: tabs stay, wide characters take two cells, combining ones none."""
    cells = []
    for character in text:
        if character == "\t":
            cells.append("\t")
        elif unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
            continue
        else:
            cells.append("  " if unicodedata.east_asian_width(character) in "WF" else " ")
    return "".join(cells)
