"""Generated columns that read a column which leaves: they are computed anew from the one that takes over.

Since 17 SET EXPRESSION does it in place; before, the column is dropped and added at the end. Either way a stored one
rewrites the table under the strong lock, so it needs consent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql.quote import ident, literal
from .settings import STORAGE
from .swap import Swap

Connection = psycopg.Connection[tuple[Any, ...]]


def rebuild(connection: Connection, parts: Sequence[int], leaving: str, problems: list[str], *, rewrite: bool) -> Swap:
    """Statements that rebuild the generated columns which read `leaving`."""
    major = connection.info.server_version // 10000
    rows = connection.execute(
        statement("hanging_generated", major).encode(), {"parts": list(parts), "column": leaving}
    ).fetchall()
    found = Swap()
    for row in rows:
        table, name, expression, stored, others = row[0], row[1], row[3], row[4] == "s", row[12]
        if stored and not rewrite:
            problems.append(
                f"generated column {ident(name)} reads it: rebuilding it rewrites {table} under ACCESS EXCLUSIVE "
                "(--allow rewrite)"
            )
        elif major >= 17:
            found.adopt.append(f"ALTER TABLE {table} ALTER COLUMN {ident(name)} SET EXPRESSION AS ({expression})")
        elif others:
            problems.append(
                f"generated column {ident(name)} reads it and has to be dropped and added before PostgreSQL 17, but "
                f"{', '.join(others)} depends on it"
            )
        else:
            found.drop.append(f"ALTER TABLE {table} DROP COLUMN {ident(name)}")
            found.adopt += _add(row)
    return found


def _add(row: tuple[Any, ...]) -> list[str]:
    table, name, type_, expression, _, not_null, collation, comment, target, storage, options, acl, _ = row
    column = f"ALTER TABLE {table} ALTER COLUMN {ident(name)}"
    text = f"ALTER TABLE {table} ADD COLUMN {ident(name)} {type_}"
    text += f" COLLATE {collation}" if collation else ""
    found = [text + f" GENERATED ALWAYS AS ({expression}) STORED" + (" NOT NULL" if not_null else "")]
    found.append(f"{column} SET STORAGE {STORAGE[storage]}")
    if target is not None:
        found.append(f"{column} SET STATISTICS {target}")
    if options:
        found.append(f"{column} SET ({', '.join(options)})")
    for grantee, privilege, grantable in acl or ():
        option = " WITH GRANT OPTION" if grantable else ""
        found.append(f"GRANT {privilege} ({ident(name)}) ON {table} TO {grantee}{option}")
    if comment is not None:
        found.append(f"COMMENT ON COLUMN {table}.{ident(name)} IS {literal(comment)}")
    return found
