"""A table without a primary key: nothing tells one of its rows from another.

## What it is

A table, or a partitioned one, without a primary key. Partitions and children are left out, and so are tables of
extensions.

## Why it is dangerous

A row that stands there twice cannot be deleted once; logical replication cannot send its updates and deletes; a
foreign key has nothing to point to.

## When it speaks

Always, as a notice.

## Cure

Where a unique index on NOT NULL columns is there, it becomes the primary key. Elsewhere a new column `id`, or the
name of the table with `_id` where there is one.

## Versions

14 to 18.

## Example

    CREATE TABLE visites (utilisateur_id bigint, quand timestamptz);
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import ident, qualified
from ._amounts import count
from ._check import Found, Said
from ._seen import Row, Seen


def look(seen: Seen) -> Iterator[Said]:
    """Each table without one."""
    for row in seen.rows:
        unique = f" Its index {row['index']} could be one." if row["index"] else ""
        yield Found(
            object=f"{row['schema']}.{row['name']}",
            severity=Severity.NOTICE,
            seen=f"It has about {count(row['rows'], 'row')} and no primary key.{unique}",
            why="Nothing tells one row from another: not a DELETE, not logical replication, not a foreign key.",
            cure=_cure(row),
            fields={"rows": row["rows"]},
        )


def _cure(row: Row) -> str:
    table = qualified(row["schema"], row["name"])
    if row["index"] and row["kind"] == "r" and not row["constraint"]:
        return f"ALTER TABLE {table} ADD PRIMARY KEY USING INDEX {ident(row['index'])};"
    if row["kind"] == "p":
        return ""
    column = ident(f"{row['name']}_id" if row["has_id"] else "id")
    return f"ALTER TABLE {table} ADD COLUMN {column} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;"
