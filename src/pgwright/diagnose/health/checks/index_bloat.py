"""A b-tree takes much more room than it would if it were built now.

## What it is

The size of a b-tree against what its keys would take, by their average widths, and by how many of them are equal: an
estimate, and named so. Where the extension pgstattuple is installed and the role may use it, the worst suspects are
measured. Of GIN, GiST and other indexes nothing can be said.

## Why it is dangerous

An index scan reads more pages, the cache holds fewer rows, and every backup is larger. A b-tree never gets smaller by
itself: VACUUM frees whole pages only.

## When it speaks

From `bytes` (100 MB) that are `share` percent (50) of the index or more; inserts in random order leave a third free.

## Cure

`REINDEX INDEX CONCURRENTLY`.

## Versions

14 to 18; equal keys are stored once since 13.

## Example

    DELETE FROM journal WHERE id % 10 <> 0;  -- a row is left on each page of the index
"""

from __future__ import annotations

from collections.abc import Iterator

from ....sql.quote import qualified
from . import _bloat
from ._bloat import THRESHOLDS, Bloat, suspects
from ._check import Found, Said
from ._seen import Seen

__all__ = ["THRESHOLDS", "look", "suspects"]


def look(seen: Seen) -> Iterator[Said]:
    """Each such index."""
    yield from _bloat.hidden(seen, "indexes")
    for each in _bloat.bloated(seen, seen.measured):
        yield _found(each)


def _found(bloat: Bloat) -> Found:
    row = bloat.row
    return _bloat.found(
        bloat,
        state=f"on {row['table_schema']}.{row['table']} would be free if it were built now",
        why="Scans of it read more pages, and the cache and every backup hold them.",
        cure=f"REINDEX INDEX CONCURRENTLY {qualified(row['schema'], row['name'])};",
        disproof="pgstatindex finds the leaves full.",
    )
