"""Widths, wrapping, tables, numbers and times: what every text renderer of this room needs.

Names come from a catalog and from other people's sessions, so `clean` makes control characters visible before
anything reaches a terminal. Nothing is ever shortened: what does not fit goes on in the next line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..base.amount import plural

MINIMUM = 60
MAXIMUM = 120
_BAR = 20


@dataclass(frozen=True, kw_only=True)
class Style:
    """Emphasis on a terminal. With `on=False` every method gives its text back unchanged."""

    on: bool = False

    def bold(self, text: str) -> str:
        """Headings and names."""
        return f"\x1b[1m{text}\x1b[0m" if self.on and text else text

    def dim(self, text: str) -> str:
        """What may be read later."""
        return f"\x1b[2m{text}\x1b[0m" if self.on and text else text

    def alarm(self, text: str) -> str:
        """What must be read. The words themselves say why; the colour only helps to find them."""
        return f"\x1b[31m{text}\x1b[0m" if self.on and text else text


PLAIN = Style()


def clean(text: str, *, keep_lines: bool = False) -> str:
    """`text` with control and bidirectional-override characters written as escapes; line ends and tabs are kept
    when `keep_lines`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or (keep_lines and char in "\n\t") else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    if char == "\u00a0" or unicodedata.category(char) == "Zs":
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """The number of terminal columns that `text` takes: combining marks none, wide characters two."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def wrap(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns`, broken at spaces; a longer word is broken where it must be. A line that
    begins with spaces keeps them, and what follows from it stands two columns further in."""
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph, columns)]


def _paragraph(text: str, columns: int) -> list[str]:
    """One line of the source, wrapped."""
    body = text.lstrip(" ")
    lead = " " * (len(text) - len(body))
    hang = lead + "  " if lead else ""
    lines: list[str] = []
    line = lead
    empty = True
    for word in body.split(" "):
        joined = line + word if empty else f"{line} {word}"
        if width(joined) > columns:
            if not empty:
                lines.append(line)
            start = lead if not lines else hang
            *full, last = _pieces(word, max(columns - len(hang), 1))
            for piece in full:
                lines.append(start + piece)
                start = hang
            joined = start + last
        line, empty = joined, False
    return [*lines, line]


def _pieces(word: str, columns: int) -> list[str]:
    """`word` cut into pieces that fit."""
    pieces = [""]
    used = 0
    for char in word:
        step = _columns(char)
        if used + step > columns and pieces[-1]:
            pieces.append("")
            used = 0
        pieces[-1] += char
        used += step
    return pieces


def indented(text: str, columns: int, *, first: str = "", rest: str | None = None) -> list[str]:
    """`text` wrapped into `columns`, its first line after `first`, the others after `rest` (default: as wide)."""
    follow = " " * width(first) if rest is None else rest
    lines = wrap(text, max(columns - max(width(first), width(follow)), 10))
    return [(first if number == 0 else follow) + line for number, line in enumerate(lines)]


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `columns`; on the left when `right`."""
    space = " " * max(columns - width(text), 0)
    return space + text if right else text + space


def table(
    rows: Sequence[Sequence[str]],
    columns: int,
    *,
    flexible: int,
    numbers: Sequence[int] = (),
    below: Sequence[Sequence[str]] = (),
) -> list[str]:
    """Rows as aligned lines; the first is a heading and gets a rule beneath it. The column `flexible` takes what is
    left and wraps; the columns in `numbers` stand on the right. `below` has for each row after the heading the lines
    that follow it as they are."""
    widths = [max(width(row[index]) for row in rows) for index in range(len(rows[0]))]
    others = sum(size for index, size in enumerate(widths) if index != flexible) + 2 * (len(widths) - 1)
    widths[flexible] = min(widths[flexible], max(columns - others, 12))
    lines: list[str] = []
    for number, row in enumerate(rows):
        lines.extend(_row(row, widths, flexible, numbers))
        if number == 0:
            lines.append("  ".join("-" * size for size in widths))
        elif below:
            lines.extend(below[number - 1])
    return lines


def _row(row: Sequence[str], widths: Sequence[int], flexible: int, numbers: Sequence[int]) -> list[str]:
    """One row, as many lines as its flexible cell needs."""
    cells = wrap(row[flexible], widths[flexible])
    lines = []
    for line, cell in enumerate(cells):
        parts = [
            pad(cell if index == flexible else text if line == 0 else "", size, right=index in numbers)
            for index, (text, size) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return lines


def count(number: float | None, noun: str = "") -> str:
    """`1,234 rows`, `1 row`; "?" where the number is not known."""
    if number is None:
        return f"? {noun}s" if noun else "?"
    return plural(number, noun) if noun else f"{number:,.0f}"


def duration(seconds: float) -> str:
    """A duration as people say it: `8 ms`, `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    if seconds < 0.0005:
        return "0 ms"
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, name, small, small_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {name}" + (f" {rest} {small_name}" if rest else "")
    return f"{whole} s"


def bar(part: float) -> str:
    """A bar of plain characters for 0 to 1, readable without colour and in any encoding."""
    full = int(part * _BAR)
    return "[" + "#" * full + "." * (_BAR - full) + "]"
