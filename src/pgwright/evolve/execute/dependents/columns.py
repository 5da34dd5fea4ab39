"""What belongs to the column itself and moves with the exchange: default, owned sequence, NOT NULL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from ....catalog.statements import statement
from ....sql.quote import ident, literal

Connection = psycopg.Connection[tuple[Any, ...]]


def move(
    connection: Connection, parts: Sequence[int], names: tuple[str, str, str], helper: str, problems: list[str]
) -> list[str]:
    """Statements for after the exchange of names: `names` are leaving, taking and parked. `helper` is the constraint that
    proves that the column taking over has no NULL, so that nothing is scanned under the lock."""
    leaving, _, parked = names
    major = connection.info.server_version // 10000
    parameters = {"parts": list(parts), "column": leaving, "helper": helper}
    rows = connection.execute(statement("hanging_columns", major).encode(), parameters).fetchall()
    found: list[str] = []
    for _, table, default, not_null, sequence, top, name, comment, proven in rows:
        column = f"ALTER TABLE ONLY {table} ALTER COLUMN {ident(leaving)}"
        if default is not None:
            found += [
                f"{column} SET DEFAULT {default}",
                f"ALTER TABLE ONLY {table} ALTER COLUMN {ident(parked)} DROP DEFAULT",
            ]
        if sequence is not None:
            found.append(f"ALTER SEQUENCE {sequence} OWNED BY {table}.{ident(leaving)}")
        if not_null and top and not proven:
            problems.append(
                f"it became NOT NULL on {table} since the plan was made, and nothing proves that there is no NULL"
            )
        elif not_null and top:
            found += _not_null(table, leaving, parked, helper, name, comment)
        elif proven and top:
            found.append(f"ALTER TABLE {table} DROP CONSTRAINT {ident(helper)}")
    return found


def _not_null(table: str, column: str, parked: str, helper: str, name: str | None, comment: str | None) -> list[str]:
    """Up to 17 SET NOT NULL takes the validated CHECK as proof; since 18 the helper is the constraint itself."""
    free = f"ALTER TABLE {table} ALTER COLUMN {ident(parked)} DROP NOT NULL"
    if name is None:
        drop = f"ALTER TABLE {table} DROP CONSTRAINT {ident(helper)}"
        return [f"ALTER TABLE {table} ALTER COLUMN {ident(column)} SET NOT NULL", drop, free]
    found = [free, f"ALTER TABLE {table} RENAME CONSTRAINT {ident(helper)} TO {ident(name)}"]
    if comment is not None:
        found.append(f"COMMENT ON CONSTRAINT {ident(name)} ON {table} IS {literal(comment)}")
    return found
