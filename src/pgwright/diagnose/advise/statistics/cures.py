"""The statements that give the planner what it should know."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ....sql.naming import fitting
from ....sql.quote import ident, qualified
from .values import Table


def analyze(table: Table) -> str:
    """ANALYZE: takes seconds, and stops nobody but other ANALYZE, VACUUM and DDL of the table."""
    return f"ANALYZE {qualified(table.schema, table.name)};"


def target(table: Table, column: str, wanted: int) -> str:
    """More common values and bounds for one column."""
    name = qualified(table.schema, table.name)
    return f"ALTER TABLE {name} ALTER COLUMN {ident(column)} SET STATISTICS {wanted};\n{analyze(table)}"


def together(table: Table, columns: Sequence[str], kinds: Sequence[str], wanted: int | None = None) -> str:
    """Statistics of columns together, with a target of their own where one is wanted. Before 16 they must have a
    name."""
    name = qualified(table.schema, fitting(table.name, *columns, "stats"))
    listed = ", ".join(map(ident, columns))
    on = qualified(table.schema, table.name)
    lines = [f"CREATE STATISTICS {name} ({', '.join(kinds)}) ON {listed} FROM {on};"]
    if wanted is not None:
        lines.append(f"ALTER STATISTICS {name} SET STATISTICS {wanted};")
    return "\n".join([*lines, analyze(table)])


def expression(table: Table, text: str) -> str:
    """Statistics of an expression; its digest tells it from others over the same columns."""
    name = qualified(table.schema, fitting(table.name, hashlib.sha256(text.encode()).hexdigest()[:6], "stats"))
    bracketed = text if text.startswith("(") and text.endswith(")") else f"({text})"
    return f"CREATE STATISTICS {name} ON {bracketed} FROM {qualified(table.schema, table.name)};\n{analyze(table)}"
