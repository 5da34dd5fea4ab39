"""The table that is changed, what its application says, and the mirror that proves that nothing was lost.

Every write repeats itself in `witness.mirror` in its own transaction, so table and mirror agree in every snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

TABLE = "accounts"
CREATE = "CREATE TABLE accounts (id bigint PRIMARY KEY, name text, balance bigint, note text);"


def script(rows: int) -> str:
    """Makes the table with `rows` rows and an empty mirror."""
    return f"""
{CREATE}
INSERT INTO accounts SELECT i, 'name ' || i, 0, md5(i::text) FROM generate_series(1, {rows}) i;
CREATE SCHEMA witness;
CREATE TABLE witness.mirror (id bigint PRIMARY KEY, name text, added bigint NOT NULL DEFAULT 0);
"""


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What a version of the application says that calls the name `column`, with psycopg's placeholders."""

    read: str
    name: str
    balance: str
    insert: str
    mirror_name: str = (
        "INSERT INTO witness.mirror (id, name) VALUES (%(id)s, %(name)s)"
        " ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name"
    )
    mirror_balance: str = (
        "INSERT INTO witness.mirror AS m (id, added) VALUES (%(id)s, 1)"
        " ON CONFLICT (id) DO UPDATE SET added = m.added + 1"
    )


def statements(column: str, *, entries: bool = False) -> Statements:
    """The statements of one version; with `entries` a new row gets one that points to it, in the same statement."""
    insert = f"INSERT INTO accounts (id, {column}, balance, note) VALUES (%(id)s, %(name)s, 0, 'new')"
    pointed = f"WITH new AS ({insert} RETURNING id) INSERT INTO entries (account_id) SELECT id FROM new"
    return Statements(
        read=f"SELECT id, {column}, balance FROM accounts WHERE id = %(id)s",
        name=f"UPDATE accounts SET {column} = %(name)s WHERE id = %(id)s",
        balance="UPDATE accounts SET balance = balance + 1 WHERE id = %(id)s",
        insert=pointed if entries else insert,
    )


def differing(dsn: str, column: str, rows: int) -> int:
    """How many rows are missing, too many, or hold another value than what was last said; `rows` were there at first.
    The mirror holds what was written since; an untouched row must hold what it was made with."""
    query = f"""
SELECT count(*) FROM accounts a FULL JOIN witness.mirror m ON m.id = a.id
WHERE a.id IS NULL OR (a.id > {rows} AND m.id IS NULL)
   OR a.{column} IS DISTINCT FROM coalesce(m.name, 'name ' || a.id) OR a.balance IS DISTINCT FROM coalesce(m.added, 0)
"""
    gone = f"SELECT {rows} - count(*) FROM accounts WHERE id <= {rows}"
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = [connection.execute(text.encode()).fetchone() for text in (query, gone)]
    return sum(int(row[0]) for row in found if row is not None)
