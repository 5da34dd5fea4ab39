"""Takes off what programs and people put around a plan: frames of psql, quotation marks of tables, indentation.

    | Seq Scan on t  (cost=0.00..35.50 rows=2550 width=4) |        "Seq Scan on t  (cost=0.00..35.50 …)"

Every line stays where it is (one that is nothing but frame becomes empty), so that an error can name its number. What a
plan itself may hold is never touched where nothing shows a frame: a text in it may have lines that look like one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HEADER = "query plan"
_BARS = "|│║"
_RULE = re.compile(r"[-+=|│║─━═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╟╢╒╕╘╛╞╡╪ ]+")
_SIGN = re.compile(
    r'\((?:cost=|actual (?:time|rows)=)|<explain\b|"(?:Plan|Node Type|Query Text)"|^[^\w\n]*(?:- )?Plan:', re.MULTILINE
)
_HEADER = re.compile(r"^[^\w\n]{0,400}QUERY PLAN[^\w\n]{0,400}$", re.MULTILINE | re.IGNORECASE)
_RECORD = re.compile(r"[-+─┌├╔╠]*\[ RECORD \d+ \].*|\* Record \d+ *", re.IGNORECASE)
_EXPANDED = re.compile(r"^[|│║]? ?QUERY PLAN(?: [|│║:] |[ |])(?=[^\n]*[\w\[{<])", re.MULTILINE | re.IGNORECASE)
_QUOTED_ROW = re.compile(r'"(?:[^"]|"")*+"')
_MARKS = ("+", "↵")
_FOOTER = re.compile(r"\(\d+[^()]*\)\s*$")


def lines(text: str) -> list[str]:
    """The lines of `text` without what stands around a plan."""
    text = text.removeprefix("\ufeff")
    if "\r\n" in text and text.count("\r\n") >= text.count("\n") - text.count("\\r\n"):
        text = text.replace("\r\n", "\n")
    found = text.split("\n")
    expanded = _EXPANDED.search(text)
    header = None if expanded else _HEADER.search(text)
    sign = header or expanded or _SIGN.search(text)
    if sign is None:
        return found
    place = text.count("\n", 0, sign.end())
    found = _records(found, len(expanded[0])) if expanded else _unbarred(found, place)
    if header is not None:
        found = _without_header(_unwrapped(found), place)
    found = _spaces(found)
    first = next((line.strip() for line in found if line.strip()), "")
    if not header and not expanded and not first.startswith(("'", '"')) and not first.endswith(_MARKS):
        return found
    return _joined(_unquoted(found), framed=bool(header or expanded))


def _records(found: list[str], edge: int) -> list[str]:
    """The values of psql's expanded display, which gives each line of TEXT a record of its own. Here lines move up: a
    text may go on over records."""
    kept = [line for line in found if not _RECORD.fullmatch(line.rstrip()) and line.strip()]
    barred = [line.rstrip()[:-1] if line[:1] in _BARS and line.rstrip()[-1:] in _BARS else line for line in kept]
    return [line[edge:].rstrip() for line in barred if not _RULE.fullmatch(line)]


def _unbarred(found: list[str], place: int) -> list[str]:
    """Without the bars at the sides. A mark of psql for a line that goes on stands inside the right one."""
    line = found[place].strip()
    if line[:1] in _BARS and line:
        return [_between(each) for each in found]
    if line[-1:] in _BARS and line:  # a bar at the right only
        return [each.rstrip()[:-1].rstrip() if each.rstrip().endswith(line[-1]) else _no_rule(each) for each in found]
    return found


def _between(line: str) -> str:
    inner = line.strip()
    if inner[:1] not in _BARS or not inner:
        return _no_rule(line)
    if _RULE.fullmatch(inner) and len(inner) > 2:
        return ""
    inner = inner[1:]
    if inner[-1:] in _BARS and inner:
        inner = inner[:-1]
    return inner.rstrip()


def _no_rule(line: str) -> str:
    return "" if _RULE.fullmatch(line) and len(line.strip()) > 2 else line


def _unwrapped(found: list[str]) -> list[str]:
    """Puts together what psql wrapped (its format `wrapped`): a mark at the end, and one before the rest."""
    last = 0
    for place in range(1, len(found)):
        line, above = found[place], found[last].rstrip()
        mark = line[:1]
        if mark in (".", "…") and above.endswith(mark) and place - last <= 1 + found[last:place].count(""):
            found[last] = above[:-1] + line[1:]
            found[place] = ""
        elif line:
            last = place
    return found


def _without_header(found: list[str], place: int) -> list[str]:
    for number in range(max(place - 1, 0), len(found)):
        if found[number].strip(" \"'").lower() == HEADER:
            found[number] = ""
            if number + 1 < len(found):
                found[number + 1] = _no_rule(found[number + 1])
    return found


def _spaces(found: list[str]) -> list[str]:
    """With plain spaces at the left edge, in place of tabs and of those that a web page has."""
    for number, line in enumerate(found):
        if line[:1] in ("\t", "\xa0", " ") and ("\t" in line or "\xa0" in line):
            text = line.lstrip()
            edge = line[: len(line) - len(text)].replace("\xa0", " ").expandtabs()
            found[number] = edge + (text.replace("\xa0", " ") if "\xa0" in line[:2] else text)
    return found


def _content(found: Sequence[str]) -> list[int]:
    """The numbers of the lines that hold something, but for a row count at the end."""
    return [number for number, line in enumerate(found) if line.strip() and not _FOOTER.fullmatch(line.strip())]


def _unquoted(found: list[str]) -> list[str]:
    """Without the quotation marks of a table's cells, or of one text that holds the whole plan."""
    content = _content(found)
    if not content:
        return found
    first, last = found[content[0]].strip(), found[content[-1]].rstrip()
    if first[0] in "\"'" and last.endswith(first[0]) and len(content) > 1 and not _is_row(found[content[1]]):
        return _out_of_quotes(found, content[0], content[-1], first[0])
    blank_before = content[0] > 0 and not found[content[0] - 1].strip()
    if _is_row(first) or (blank_before and any(_is_row(found[number]) for number in content)):
        for number in content:
            line = found[number].strip()
            if _is_row(line):
                found[number] = line[1:-1].replace('""', '"')
    return found


def _is_row(line: str) -> bool:
    line = line.strip()
    return len(line) > 1 and line.startswith('"') and _QUOTED_ROW.fullmatch(line) is not None


def _out_of_quotes(found: list[str], first: int, last: int, mark: str) -> list[str]:
    found[last] = found[last].rstrip()[:-1]
    found[first] = found[first].replace(mark, "", 1)
    inner = "\n".join(found[first : last + 1])
    if inner.count(mark) == 2 * inner.count(mark * 2):
        found[first : last + 1] = inner.replace(mark * 2, mark).split("\n")
    return found


def _joined(found: list[str], *, framed: bool) -> list[str]:
    """Without the marks by which psql tells that one value goes on in the next line, and without its left edge."""
    content = _content(found)
    for mark in _MARKS:
        if len(content) > 1 and all(found[number].rstrip().endswith(mark) for number in content[:-1]):
            framed = True
            for number in content[:-1]:
                found[number] = found[number].rstrip()[:-1].rstrip()
    if framed and content:
        edge = min(len(found[number]) - len(found[number].lstrip(" ")) for number in content)
        found = [line[edge:] if not line[:edge].strip() else line for line in found] if edge else found
    return found
