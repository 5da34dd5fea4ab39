"""How text sorts on the clone: as at the source, or as near to it as this machine can.

It matters to a planner in two places: whether a plain index serves LIKE 'x%', and between which bounds of a histogram a
text lies.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from ..connect.session import Connection
from ..sql import quote
from .source import Source

_NEAR = ("C.UTF-8", "en_US.UTF-8", "C.utf8")
"""Locales of libc that nearly every machine has one of, and that are not bytewise to the planner (14 to 18)."""


def create_database(connection: Connection, name: str, source: Source, major: int) -> list[str]:
    """Makes the database; returns a sentence where text sorts otherwise there."""
    for clause in _clauses(source, major):
        try:
            statement = f"CREATE DATABASE {quote.ident(name)} TEMPLATE template0 ENCODING 'UTF8' {clause}"
            connection.execute(statement.encode())
        except psycopg.Error:
            continue
        if clause == next(_clauses(source, major)):
            return []
        return [
            f"This machine does not have the locale {_named(source)}, so ranges of text are estimated a bit otherwise."
        ]
    raise AssertionError("template0 can always be copied as it is")


def _named(source: Source) -> str:
    return source.locale or source.collate


def _clauses(source: Source, major: int) -> Iterator[str]:
    """What to try, the best first; the last works everywhere."""
    libc = f"LC_COLLATE {quote.literal(source.collate)} LC_CTYPE {quote.literal(source.ctype)}"
    if source.provider == "c" or major < 15:
        yield libc
    elif source.provider == "i":
        yield f"LOCALE_PROVIDER icu ICU_LOCALE {quote.literal(source.locale)} LC_COLLATE 'C' LC_CTYPE 'C'"
    elif major >= 17:
        yield f"LOCALE_PROVIDER builtin BUILTIN_LOCALE {quote.literal(source.locale)} LC_COLLATE 'C' LC_CTYPE 'C'"
    if not source.bytewise:
        for near in _NEAR:
            yield f"LC_COLLATE {quote.literal(near)} LC_CTYPE {quote.literal(near)}"
    yield ""
