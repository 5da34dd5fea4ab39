"""Builds the demo shop in an empty database and takes it away again. Refuses a database that holds anything."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql

from ..base.errors import Refused

TABLES = ("lignes_commande", "commandes", "produits", "projets", "mesures", "temoin", "utilisateurs")

# Objects of extensions are not somebody's data: many hosts put some into every new database.
_FOUND = """
SELECT n.nspname || '.' || c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
LIMIT 4
"""


def refuse_unless_empty(connection: psycopg.Connection[Any]) -> None:
    """Raises Refused, naming up to three of them, when the database holds any relation that is not an extension's."""
    found = [str(name) for (name,) in connection.execute(_FOUND).fetchall()]
    if found:
        more = ", …" if len(found) > 3 else ""
        raise Refused(
            f'The database "{connection.info.dbname}" is not empty: it holds {", ".join(found[:3])}{more}.',
            hint="Create an empty database for the demonstration, for example: createdb pgwright_try",
        )


def build(connection: psycopg.Connection[Any], *, rows: int) -> None:
    """Makes the shop with `rows` users in the first schema of the search path. The connection is in autocommit mode.

    Takes about 20 µs a user. All or nothing: an error leaves the database as it was.
    """
    text = files(__package__).joinpath("shop.sql").read_text(encoding="utf-8")
    with connection.transaction():
        connection.execute("SELECT set_config('shop.rows', %s, true)", [str(rows)])
        connection.execute(text.encode())
    # Otherwise autovacuum does this in the middle of the measurement, on the same cores.
    for table in TABLES:
        connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def remove(connection: psycopg.Connection[Any]) -> None:
    """Drops what `build` made, and the journal of pgwright. What is not there is passed over."""
    connection.execute("SET lock_timeout = '10s'")
    for table in TABLES:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(table)))
    connection.execute("DROP SCHEMA IF EXISTS pgwright CASCADE")
