"""The schema: what pg_dump writes, read with a time limit for locks, and without what this role may not read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..base.errors import ConnectError, Refused
from ..base.name import RelationName
from ..connect.session import Connection
from ..server import dump, find
from ._query import query
from .source import LOCK_SECONDS, NOTHING, locked

_OPTIONS = ("--no-comments", "--no-publications", "--no-security-labels", f"--lock-wait-timeout={LOCK_SECONDS}s")
_LOCKED = re.compile(r"\bIN ACCESS SHARE MODE\b")
_LOST = re.compile(r"terminating connection|server closed the connection|connection to server|could not connect", re.I)
_NO_RIGHT = re.compile(r"permission denied|42501", re.I)


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """What this role may not read: whole `schemas`, and `relations` of the others; `named` are the relations of both
    but sequences, on which no plan depends."""

    schemas: tuple[str, ...]
    relations: tuple[RelationName, ...]
    named: tuple[RelationName, ...]


def hidden(connection: Connection) -> Hidden:
    """Asks the connected database."""
    schemas: dict[str, None] = {}
    relations, named = [], []
    for schema, name, is_usable, is_sequence in connection.execute(query("hidden")):
        if is_usable:
            relations.append(RelationName(schema, name))
        else:
            schemas[schema] = None
        if not is_sequence:
            named.append(RelationName(schema, name))
    return Hidden(schemas=tuple(schemas), relations=tuple(relations), named=tuple(named))


def read(connection: Connection, dsn: str, major: int, unseen: Hidden) -> str:
    """The script of pg_dump for the database that `dsn` leads to, and `connection`, which only explains a failure.
    Raises Refused with what pg_dump said, LockNotObtained, and ConnectError where the server went away."""
    program = find.client("pg_dump", least=major)
    try:
        return dump.schema_script(
            program,
            dsn,
            without=("pgwright", *unseen.schemas),
            without_tables=unseen.relations,
            owners=False,
            privileges=False,
            options=_OPTIONS,
        )
    except Refused as error:
        if _LOCKED.search(error.message) and not _NO_RIGHT.search(error.message):
            raise locked(connection) from error
        if _LOST.search(error.message):
            hint = "Run the same command again when the server answers."
            raise ConnectError(error.message, state=NOTHING, hint=hint) from error
        raise
