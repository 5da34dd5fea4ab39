"""What `apply` finds when it begins, to tell the tables that nobody can be using from those that somebody may.

Nobody can be using what this command itself made, nor an empty table of a database to which nobody else is connected.
Whether a table has rows is asked of its file, not of its statistics: a table without a block has none.
"""

from __future__ import annotations

from typing import Any

import psycopg

from ...base.errors import LockNotObtained
from ...connect.retry import is_contention
from ...connect.translation import translate

Connection = psycopg.Connection[tuple[Any, ...]]


class Ground:
    """The relations that existed when the command began."""

    def __init__(self, connection: Connection) -> None:
        self._empty = frozenset(row[0] for row in connection.execute(_RELATIONS).fetchall())
        self._used: frozenset[int] = frozenset()

    def taken(self, connection: Connection) -> frozenset[int]:
        """The oids of those that hold rows, or that another session could be using now; none on a new database, where
        nothing is asked. Raises LockNotObtained while somebody holds one of them in ACCESS EXCLUSIVE mode."""
        if not self._empty:
            return self._used
        row = connection.execute(_OTHERS).fetchone()
        if row is not None and row[0]:
            return self._used | self._empty
        found = _with_rows(connection, self._empty)
        self._used, self._empty = self._used | found, self._empty - found
        return self._used


def _with_rows(connection: Connection, oids: frozenset[int]) -> frozenset[int]:
    """Asking for a size takes ACCESS SHARE; nobody may be waited for."""
    try:
        with connection.transaction():
            connection.execute("SET LOCAL lock_timeout = '500ms'")
            rows = connection.execute(_WITH_ROWS, {"oids": list(oids)}).fetchall()
    except psycopg.Error as error:
        if is_contention(error):
            raise LockNotObtained(
                "Somebody holds a table, so nobody can tell whether it has rows.",
                hint="`pgwright doctor` and pg_locks tell who. Then run the same command again.",
            ) from error
        raise translate(error, doing="looking for tables with rows") from error
    return frozenset(row[0] for row in rows)


_RELATIONS = """
SELECT c.oid::bigint FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgwright') AND c.relkind IN ('r', 'p', 'm', 'f')
"""

# The relations of a partitioned table have the rows; a foreign table may have some elsewhere.
_WITH_ROWS = """
SELECT c.oid::bigint FROM pg_catalog.pg_class c
WHERE c.oid = ANY (%(oids)s::oid[])
  AND (c.relkind = 'f' OR (c.relkind <> 'p' AND pg_catalog.pg_relation_size(c.oid) > 0))
"""

# Kinds of backends of others are hidden from a plain role; those that are no sessions have no user.
_OTHERS = """
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = pg_catalog.current_database() AND a.usesysid IS NOT NULL
      AND a.pid <> pg_catalog.pg_backend_pid() AND a.application_name !~ '^pgwright(:|$)'
      AND coalesce(a.backend_type, 'client backend') = 'client backend')
"""
