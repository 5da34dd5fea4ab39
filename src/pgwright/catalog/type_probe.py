"""Asks the server what a change of type would do: nothing but note it down, or read or write the table.

It is tried on an empty temporary copy of each table with its indexes, in a transaction that is rolled back: a table or
an index that is written anew gets another file there too, empty as it is (14 to 18). The time zone is not that of
anybody, because between timestamps with and without one PostgreSQL looks at it: what is free in UTC only is not free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..base.name import RelationName
from ..sql.quote import ident, qualified
from .probe import _rolled_back, _translated, script
from .values import Catalog

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

PLACE = "pgwright_typed"
_FILES = f"""
SELECT pg_catalog.json_object_agg(c.relname, pg_catalog.pg_relation_filenode(c.oid)) FROM pg_catalog.pg_class c
WHERE c.oid = ANY (ARRAY (
    SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = 'pg_temp.{PLACE}'::regclass
    UNION ALL SELECT 'pg_temp.{PLACE}'::regclass))
"""


def probe_type(
    connection: Connection, catalog: Catalog, tables: Sequence[int], column: str, clause: str
) -> tuple[str | None, str]:
    """Tries `ALTER COLUMN column` with `clause` (TYPE …) on a copy of each of `tables`: what the server says against
    it, None for nothing, and what is written anew, "" where nothing is. Raises Refused where the role may not make
    temporary tables, and other translated errors."""
    import psycopg

    with _rolled_back(connection):
        grant = f"GRANT TEMPORARY ON DATABASE {ident(catalog.database)} TO {ident(catalog.role)};"
        for oid in tables:
            name = catalog.tables[oid].name
            with _translated(f"making a temporary copy of {name}", grant):
                *_, row = script(
                    connection,
                    "SET LOCAL timezone = 'Asia/Kathmandu'",
                    f"DROP TABLE IF EXISTS pg_temp.{PLACE}",
                    f"CREATE TEMPORARY TABLE {PLACE} (LIKE {qualified(name)} INCLUDING ALL)",
                    _FILES,
                )
            assert row is not None, "an aggregate always answers"
            before: dict[str, int] = row[0]
            path = ", ".join(ident(schema) for schema in (*catalog.search_path, "pg_temp"))
            try:
                *_, row = script(
                    connection,
                    f"SET LOCAL search_path = {path}",
                    f"ALTER TABLE pg_temp.{PLACE} ALTER COLUMN {ident(column)} {clause}",
                    "SET LOCAL search_path = pg_catalog, pg_temp",
                    _FILES,
                )
            except psycopg.Error as error:
                if error.sqlstate is None or error.sqlstate[:2] in ("08", "53", "57", "58"):
                    with _translated(f"trying a type on a copy of {name}"):
                        raise
                detail = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
                return (error.diag.message_primary or str(error)) + detail, ""
            assert row is not None, "an aggregate always answers"
            if row[0] != before:
                return None, _what(before, row[0], name)
    return None, ""


def _what(before: dict[str, int], after: dict[str, int], name: RelationName) -> str:
    if before[PLACE] != after[PLACE]:
        return f"{name} would be written anew"
    return f"an index of {name} would be built anew"
