"""A published table without a replica identity: every UPDATE and DELETE of it is an error.

## What it is

A table of a publication of updates or deletes that has neither a primary key nor an index that it was told to use,
nor REPLICA IDENTITY FULL.

## Why it is dangerous

`cannot update table … because it does not have a replica identity and publishes updates`: the application's statement
fails.

## When it speaks

Always, as a danger.

## Cure

An index that is unique on NOT NULL columns, where there is one; else FULL, which writes the whole old row into the
WAL.

## Versions

14 to 18.

## Example

    CREATE PUBLICATION tout FOR ALL TABLES;  -- and a table without a primary key
"""

from __future__ import annotations

from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import ident, qualified
from ._check import Found, Said
from ._seen import Seen


def look(seen: Seen) -> Iterator[Said]:
    """Each such table."""
    for row in seen.rows:
        identity = f"USING INDEX {ident(row['index'])}" if row["index"] else "FULL"
        yield Found(
            object=f"{row['schema']}.{row['name']}",
            severity=Severity.DANGER,
            seen=f"It is published ({row['publications']}) and has no replica identity; {row['changes']:,} updates and "
            "deletes were made since the counters began.",
            why="Every UPDATE and DELETE of it fails.",
            cure=f"ALTER TABLE {qualified(row['schema'], row['name'])} REPLICA IDENTITY {identity};",
            fields={"publications": row["publications"]},
        )
