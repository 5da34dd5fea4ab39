"""An index that no query uses, and that every write pays for: its build failed or was broken off.

## What it is

`CREATE INDEX CONCURRENTLY` or `REINDEX CONCURRENTLY` ended half-way and left its index behind, marked as not valid.
One that is being built at this moment is left out.

## Why it is dangerous

No query uses it, every write keeps it up, and a unique index that is not valid does not prove that its values are
unique. `CREATE INDEX IF NOT EXISTS` believes that it is there.

## When it speaks

Always. An index of a partitioned table that is not valid lacks an index on one of the partitions.

## Cure

`REINDEX INDEX CONCURRENTLY` finishes what was begun; what a failed REINDEX left (`_ccnew`, `_ccold`) is dropped.

## Versions

14 to 18.

## Example

    CREATE UNIQUE INDEX CONCURRENTLY ON commandes (référence);  -- and a value stands there twice
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....base.finding import Severity
from ....sql.quote import qualified
from ._amounts import size
from ._check import Found, Said
from ._seen import Row, Seen

_LEFT_BEHIND = re.compile(r"_cc(new|old)\d*$")


def look(seen: Seen) -> Iterator[Said]:
    """Each index that is not valid."""
    for row in seen.rows:
        whole = row["kind"] == "I"
        yield Found(
            object=f"{row['schema']}.{row['name']}",
            severity=Severity.WARNING if whole or not row["unique"] else Severity.DANGER,
            seen=_seen(row, whole),
            why=_why(row, whole),
            cure=_cure(row, whole),
            fields={"bytes": row["bytes"], "table": f"{row['table_schema']}.{row['table']}"},
        )


def _seen(row: Row, whole: bool) -> str:
    table = f"{row['table_schema']}.{row['table']}"
    if whole:
        return f"The index of the partitioned table {table} is not valid: a partition has no index that belongs to it."
    return f"The index on {table} is not valid; it takes {size(row['bytes'])}."


def _why(row: Row, whole: bool) -> str:
    if whole:
        return "Queries use what the partitions have, and the lacking partition is read whole."
    unique = " It does not prove that the values are unique." if row["unique"] else ""
    return f"No query uses it, and every write keeps it up.{unique}"


def _cure(row: Row, whole: bool) -> str:
    if whole:
        return ""
    name = qualified(row["schema"], row["name"])
    if _LEFT_BEHIND.search(row["name"]) and row["constraint"] is None:
        return f"DROP INDEX CONCURRENTLY {name};"
    return f"REINDEX INDEX CONCURRENTLY {name};"
