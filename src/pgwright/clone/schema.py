"""The schema: what pg_dump writes, run on the clone piece by piece, so that what cannot be there is skipped by name.

An extension that this machine does not have takes along what needs it; everything else is there. What would act by itself
(event triggers, subscriptions), what holds secrets (user mappings) and what no plan depends on (grants, comments,
triggers, policies) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg

from ..base.errors import MigrationFileError
from ..base.name import RelationName
from ..connect.session import Connection
from ..connect.translation import describe
from ..server import dump, find
from ..sql import parse
from ._query import query

_ENTRY = re.compile(r"^--\n-- Name: (?P<name>.*); Type: (?P<type>[A-Z ]+); Schema: .*\n--\n", re.MULTILINE)
_META = re.compile(r"^\\(un)?restrict .*\n", re.MULTILINE)
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
        "TRIGGER",
        "USER MAPPING",
    }
)
_TOGETHER = 200
"""Entries that are run in one message; where one of them fails, they are run one by one."""
_OPTIONS = ("--no-comments", "--no-publications", "--no-security-labels", "--no-tablespaces", "--lock-wait-timeout=5s")


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Something of the source that the clone does not have: its kind and name as pg_dump writes them, and why."""

    kind: str
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Entry:
    kind: str
    name: str
    text: str


def read(connection: Connection, dsn: str, major: int) -> tuple[str, tuple[RelationName, ...]]:
    """The script of pg_dump for the connected database, and the relations that this role may not read, which are not in
    it. Raises Refused with what pg_dump said."""
    hidden = tuple(RelationName(schema, name) for schema, name in connection.execute(query("unreadable")))
    script = dump.schema_script(
        find.client("pg_dump", least=major),
        dsn,
        without=("pgwright",),
        without_tables=hidden,
        owners=False,
        privileges=False,
        options=_OPTIONS,
    )
    return script, hidden


def restore(connection: Connection, script: str) -> tuple[Skipped, ...]:
    """Runs the script on the clone and returns what of it failed. Raises nothing of the server's."""
    head, entries = _entries(script)
    for line in head.splitlines():
        _try(connection, line)  # settings; an older server does not know all of them
    skipped = []
    for start in range(0, len(entries), _TOGETHER):
        batch = entries[start : start + _TOGETHER]
        if _try(connection, "\n".join(entry.text for entry in batch)):
            for entry in batch:
                reason = _try(connection, entry.text)
                if reason:
                    skipped.append(Skipped(kind=entry.kind.lower(), name=entry.name, reason=reason))
    connection.execute(b"RESET ALL")
    return tuple(skipped)


def _try(connection: Connection, text: str) -> str:
    """Runs a piece of the script; why it failed, empty where it did not."""
    try:
        with connection.transaction():
            connection.execute(text.encode())
    except psycopg.Error as error:
        return describe(error)
    return ""


def _entries(script: str) -> tuple[str, Sequence[_Entry]]:
    """The settings at the head of a dump, and its entries but those that are left out."""
    text = _META.sub("", script)
    found = list(_ENTRY.finditer(text))
    head = text[: found[0].start()] if found else text
    return head, tuple(entry for entry in _whole(text, found) if entry.kind not in _LEFT_OUT)


def _whole(text: str, found: Sequence[re.Match[str]]) -> Iterator[_Entry]:
    """The entries. A body of a function may hold a line that looks like the head of one: what does not parse alone is
    taken together with what follows."""
    open_: _Entry | None = None
    for match, after in zip(found, [*(each.start() for each in found[1:]), len(text)], strict=True):
        body = text[match.end() : after]
        if open_ is not None:
            body, kind, name = open_.text + match[0] + body, open_.kind, open_.name
        else:
            kind, name = match["type"], match["name"]
        open_ = _Entry(kind=kind, name=name, text=body)
        if "$" not in body or _parses(body):
            yield open_
            open_ = None
    if open_ is not None:
        yield open_


def _parses(text: str) -> bool:
    try:
        parse.scan(text)
    except MigrationFileError:
        return False
    return True
