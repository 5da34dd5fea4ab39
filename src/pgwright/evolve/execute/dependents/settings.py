"""Rights and settings of a column on each part of a table: those of partitions, or given since expand, are carried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql.quote import ident, literal

Connection = psycopg.Connection[tuple[Any, ...]]
STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
COMPRESSION = {"p": "pglz", "l": "lz4"}


def carry(connection: Connection, parts: Sequence[int], leaving: str, taking: str, *, same_type: bool) -> list[str]:
    """Statements for after the exchange of names, when `taking` is called `leaving`. Nothing is taken away from
    `taking`: what somebody gave it stays. How values are stored belongs to their type."""
    major = connection.info.server_version // 10000
    parameters = {"parts": list(parts), "column": leaving, "taking": taking}
    rows = connection.execute(statement("hanging_settings", major).encode(), parameters).fetchall()
    name = ident(leaving)
    found: list[str] = []
    for table, rights, comment, target, options, storage, compression in rows:
        column = f"ALTER TABLE ONLY {table} ALTER COLUMN {name}"
        for grantee, privilege, grantable in rights or ():
            option = " WITH GRANT OPTION" if grantable else ""
            found.append(f"GRANT {privilege} ({name}) ON {table} TO {grantee}{option}")
        if comment is not None:
            found.append(f"COMMENT ON COLUMN {table}.{name} IS {literal(comment)}")
        if target is not None:
            found.append(f"{column} SET STATISTICS {target}")
        if options:
            found.append(f"{column} SET ({', '.join(options)})")
        if storage is not None and same_type:
            found.append(f"{column} SET STORAGE {STORAGE[storage]}")
        if compression is not None and same_type:
            found.append(f"{column} SET COMPRESSION {COMPRESSION[compression]}")
    return found
