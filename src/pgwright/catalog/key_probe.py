"""Asks the server whether columns can point to columns: types, collations, actions, generated columns.

Two empty temporary tables stand for the real ones, in a transaction that is rolled back; those are never touched. What
key there is to point to is not asked here: the catalog knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..sql.quote import ident
from .probe import _rolled_back, _translated, _type
from .values import Catalog, Column

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

MINE, THEIRS = "pgwright_mine", "pgwright_theirs"


def probe_foreign_key(
    connection: Connection, catalog: Catalog, mine: tuple[Column, ...], theirs: tuple[Column, ...], clause: str
) -> str | None:
    """What the server says against a foreign key from `mine` to `theirs`, None where it takes it. `clause` is what
    follows the referenced columns (MATCH, ON DELETE …), with the columns' names in the catalog."""
    import psycopg

    names = ", ".join(ident(column.name) for column in mine)
    keys = ", ".join(ident(column.name) for column in theirs)
    with _rolled_back(connection):
        grant = f"GRANT TEMPORARY ON DATABASE {ident(catalog.database)} TO {ident(catalog.role)};"
        with _translated("making temporary copies of the columns of a foreign key", grant):
            for table, columns in ((THEIRS, theirs), (MINE, mine)):
                connection.execute(f"CREATE TEMPORARY TABLE {table} ({_definitions(columns)})".encode())
        try:
            with connection.transaction():
                connection.execute(f"ALTER TABLE pg_temp.{THEIRS} ADD UNIQUE ({keys})".encode())
                connection.execute(
                    f"ALTER TABLE pg_temp.{MINE} ADD FOREIGN KEY ({names}) "
                    f"REFERENCES pg_temp.{THEIRS} ({keys}) {clause}".encode()
                )
        except psycopg.Error as error:
            if error.sqlstate is None or error.sqlstate[:2] not in ("42", "0A"):
                with _translated("trying a foreign key"):
                    raise
            detail = f" ({error.diag.message_detail})" if error.diag.message_detail else ""
            return (error.diag.message_primary or str(error)) + detail
    return None


def _definitions(columns: tuple[Column, ...]) -> str:
    """Each column once. A generated one is generated here, too, of NULL: what it reads does not matter."""
    unique = {column.name: column for column in columns}.values()
    return ", ".join(f"{ident(column.name)} {_type(column)}{_generated(column)}" for column in unique)


def _generated(column: Column) -> str:
    if column.generated is None:
        return ""
    return f" GENERATED ALWAYS AS (NULL::{column.type}) {'STORED' if column.stored else 'VIRTUAL'}"
