"""Where pg_stat_statements is, and which of its columns it has. It may stand in any schema, and be older than the
server, because an upgrade of the server leaves extensions as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from ..sql.quote import qualified

Connection = psycopg.Connection[tuple[Any, ...]]

_WHERE = """
SELECT n.nspname, e.extversion,
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_class c
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relnamespace = n.oid AND c.relname = 'pg_stat_statements')
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
"""


@dataclass(frozen=True, kw_only=True)
class Extension:
    """The extension in this database: its `version`, the names of its two views as SQL, the columns of the first."""

    version: str
    view: str
    info: str
    columns: frozenset[str]


def find(connection: Connection) -> Extension | None:
    """The extension; None where this database has none. Raises psycopg errors."""
    row = connection.execute(_WHERE).fetchone()
    if row is None:
        return None
    schema, version, columns = row
    return Extension(
        version=version,
        view=qualified(schema, "pg_stat_statements"),
        info=qualified(schema, "pg_stat_statements_info"),
        columns=frozenset(columns),
    )
