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

NEAR = ("C.UTF-8", "en_US.UTF-8", "C.utf8")
"""Locales of libc that nearly every machine has one of, and that are not bytewise to the planner (14 to 18)."""
_OTHERWISE = "so ranges of text are estimated a bit otherwise."


def create_database(connection: Connection, name: str, owner: str, source: Source, major: int) -> list[str]:
    """Makes the database; returns a sentence where text sorts otherwise there."""
    clauses = list(_clauses(source, major))
    for number, clause in enumerate(clauses):
        try:
            statement = (
                f"CREATE DATABASE {quote.ident(name)} OWNER {owner} TEMPLATE template0 "
                f"ENCODING {quote.literal(source.encoding)} {clause}"
            )
            if source.tablespace != "pg_default":
                statement += f" TABLESPACE {quote.ident(source.tablespace)}"
            connection.execute(statement.encode())
        except psycopg.Error:
            if number == len(clauses) - 1:
                raise
            continue
        return [f"This machine does not have the locale {_named(source)}, {_OTHERWISE}"] if number else []
    raise AssertionError("there is always one clause")


def create_collations(connection: Connection, names: tuple[str, ...]) -> list[str]:
    """Makes those of the system that this machine does not have, as near as it can; a sentence for each."""
    known = {name for (name,) in connection.execute(b"SELECT collname::text FROM pg_catalog.pg_collation")}
    notes = []
    for name in names:
        if name not in known and (near := stand_in(connection, f"pg_catalog.{quote.ident(name)}")):
            notes.append(near)
    return notes


def stand_in(connection: Connection, name: str) -> str:
    """Makes the collation `name` (SQL) like one that is here; the sentence that says so, empty where there is none."""
    for near in NEAR:
        try:
            with connection.transaction():
                connection.execute(f"CREATE COLLATION {name} (LOCALE = {quote.literal(near)})".encode())
        except psycopg.Error:
            continue
        return f"This machine does not have the collation {name}; {near} stands for it, {_OTHERWISE}"
    return ""


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
        for near in NEAR:
            yield f"LC_COLLATE {quote.literal(near)} LC_CTYPE {quote.literal(near)}"
    yield ""
