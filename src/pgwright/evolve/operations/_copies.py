"""A statement about a part of a table, tried on an empty temporary table of the same name and columns.

The strong lock that it takes is one on the copy, so that what PostgreSQL refuses is known while nobody waits.
"""

from __future__ import annotations

from ...catalog.values import Table
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident, qualified
from . import _judged
from ._operation import Request


def refuse(request: Request, table: Table, node: Node, field: str, *before: str) -> None:
    """Raises what the server says against `node` with the copy in its `field`. What it does not find may be what an
    earlier statement of the plan makes, or the table itself by its full name, which the copy does not have."""
    if request.try_statement is None:
        return
    copied = type(node)()
    copied.CopyFrom(node)
    relation = getattr(copied, field)
    relation.catalogname, relation.schemaname, relation.relname = "", "pg_temp", table.name.name
    copy = f"CREATE TEMPORARY TABLE {ident(table.name.name)} (LIKE {qualified(table.name)})"
    text = parse.deparse_statement(copied)
    said = request.try_statement([*_judged.before(request, text), copy, *before, text])
    if said is None or said.sqlstate == "42P01" or (said.early and len(request.tried) < request.order):
        return
    detail = f" ({'; '.join(said.detail)})" if said.detail else ""
    raise request.error(f"{said.message}{detail}", hint=said.hint)
