"""Asks the server whether it takes a clause of ALTER TABLE, on an empty temporary copy of the table.

The copy has columns, checks and indexes, but no foreign keys, triggers, rules and policies, and its indexes have other
names: what a clause says of those is not judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..sql.quote import ident, qualified
from .probe import _rolled_back, _translated
from .values import Catalog

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

PLACE, OTHER = "pgwright_tried", "pgwright_tried_other"


def probe_clause(connection: Connection, catalog: Catalog, table: int, clause: str, other: int = 0) -> str | None:
    """What the server says against `ALTER TABLE` of the table with `clause`, None for nothing. Where `other` is a
    table, the name of a copy of it is written behind the clause. Raises Refused where the role may not make temporary
    tables, and other translated errors."""
    import psycopg

    grant = f"GRANT TEMPORARY ON DATABASE {ident(catalog.database)} TO {ident(catalog.role)};"
    with _rolled_back(connection):
        for oid, place in ((table, PLACE), (other, OTHER)):
            if oid:
                name = catalog.tables[oid].name
                with _translated(f"making a temporary copy of {name}", grant):
                    connection.execute(
                        f"CREATE TEMPORARY TABLE {place} (LIKE {qualified(name)} INCLUDING ALL)".encode()
                    )
        path = ", ".join(ident(schema) for schema in (*catalog.search_path, "pg_temp"))
        tail = f" pg_temp.{OTHER}" if other else ""
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL search_path = {path}".encode())
                connection.execute(f"ALTER TABLE pg_temp.{PLACE} {clause}{tail}".encode())
        except psycopg.Error as error:
            if error.sqlstate is None or error.sqlstate[:2] in ("08", "53", "57", "58"):
                with _translated(f"trying {clause} on a copy"):
                    raise
            said = error.diag.message_primary or str(error)
            for oid, place in ((other, OTHER), (table, PLACE)):
                said = said.replace(f'"{place}"', f'"{catalog.tables[oid].name.name}"') if oid else said
            return said + (f" ({error.diag.message_detail})" if error.diag.message_detail else "")
    return None
