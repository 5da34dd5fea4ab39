"""A script of pg_dump cut into its entries, so that each can be run, or left out, by itself.

What would act by itself (event triggers, subscriptions), what holds secrets (user mappings) and what no plan depends on
(grants, comments, triggers but those of views, policies) is left out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..base.errors import MigrationFileError
from ..sql import parse

_ENTRY = re.compile(r"^--\n-- Name: (?P<name>.*); Type: (?P<kind>[A-Z ]+); Schema: .*\n--\n", re.MULTILINE)
_META = re.compile(r"^\\(un)?restrict .*\n", re.MULTILINE)
_PLACE = re.compile(r"(?:^SET default_\w+ = .*;\n\s*)+\Z", re.MULTILINE)
"""pg_dump says before an entry where it is to lie, at the end of the one before."""
_LEFT_OUT = frozenset(
    {
        "ACL",
        "COMMENT",
        "DEFAULT ACL",
        "EVENT TRIGGER",
        "POLICY",
        "PUBLICATION",
        "PUBLICATION TABLE",
        "PUBLICATION TABLES IN SCHEMA",
        "ROW SECURITY",
        "SECURITY LABEL",
        "SUBSCRIPTION",
        "SUBSCRIPTION TABLE",
        "USER MAPPING",
    }
)
_ON_VIEW = re.compile(r"\bINSTEAD OF\b")
"""A statement that writes into a view can be planned only where its trigger is there; it never fires."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One object of the dump: its `kind` and `name` as pg_dump writes them, the settings that it wants `before`, and
    its statements."""

    kind: str
    name: str
    before: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """The settings at the head of a dump, and its entries but those that are left out."""

    settings: tuple[str, ...]
    entries: tuple[Entry, ...]


def cut(text: str) -> Script:
    """The script that pg_dump wrote as `text`."""
    text = _META.sub("", text)
    found = list(_ENTRY.finditer(text))
    head = text[: found[0].start()] if found else text
    settings = tuple(line for line in head.splitlines() if line and not line.startswith("--"))
    return Script(settings=settings, entries=tuple(each for each in _whole(text, head, found) if _wanted(each)))


def _wanted(entry: Entry) -> bool:
    if entry.kind == "TRIGGER":
        return _ON_VIEW.search(entry.text) is not None
    return entry.kind not in _LEFT_OUT


def _whole(text: str, head: str, found: Sequence[re.Match[str]]) -> Iterator[Entry]:
    """The entries. A body of a function, a constant or a name may hold a line that looks like the head of one: what is
    not whole alone is taken together with what follows."""
    before = _place(head)
    first: re.Match[str] | None = None
    for match, after in zip(found, [*(each.start() for each in found[1:]), len(text)], strict=True):
        first = first or match
        body = text[first.end() : after]
        if _is_whole(body):
            yield Entry(kind=first["kind"], name=first["name"], before=before, text=body)
            before, first = _place(body), None
    if first is not None:
        yield Entry(kind=first["kind"], name=first["name"], before=before, text=text[first.end() :])


def _place(text: str) -> str:
    found = _PLACE.search(text)
    return found[0] if found else ""


def _is_whole(text: str) -> bool:
    """Whether no constant, name or body is open at the end. The lexer is asked only where the quotes do not tell."""
    if "$" not in text and text.count("'") % 2 == 0 and text.count('"') % 2 == 0:
        return True
    try:
        parse.scan(text)
    except MigrationFileError:
        return False
    return True
