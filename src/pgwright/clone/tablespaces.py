"""Tablespaces may have costs of their own (random_page_cost, seq_page_cost), which the planner takes for what lies in
them. So the clone has those of the source, all in its own folder.
"""

from __future__ import annotations

import psycopg

from ..connect.session import Connection
from ..connect.translation import describe
from ..sql import quote
from .source import Source

_DEFAULT = "pg_default"


def create(connection: Connection, source: Source, owner: str) -> tuple[str, ...]:
    """Makes those that the source has besides its default one, for `owner`, with their options; returns a sentence
    where one could not be. In a transaction is not possible."""
    notes = []
    connection.execute(b"SET allow_in_place_tablespaces = on")  # 14.5, 15 and newer
    for name, options in source.tablespaces.items():
        statements = [] if name == _DEFAULT else [f"CREATE TABLESPACE {quote.ident(name)} OWNER {owner} LOCATION ''"]
        if options:
            statements.append(f"ALTER TABLESPACE {quote.ident(name)} SET ({options})")
        try:
            for statement in statements:
                connection.execute(statement.encode())
        except psycopg.Error as error:
            notes.append(f"The tablespace {name} has the usual costs on the clone: {describe(error)}")
    connection.execute(b"RESET allow_in_place_tablespaces")
    return tuple(notes)
