"""A table takes much more room than its rows need.

## What it is

The size of a table against what its rows would take, by the average widths of its columns: an estimate, and named so.
Where the extension pgstattuple is installed and the role may use it, the worst suspects are measured.

## Why it is dangerous

A scan reads the empty pages too, the cache holds them, and so do backups.

## When it speaks

From `bytes` (100 MB) that are `share` percent (50) of the table or more. Its TOAST table is looked at by
`toast_bloat`.

## Cure

VACUUM makes the room free for new rows; the file gets smaller only where its end is empty. To give it back to the
disk a table has to be written anew: VACUUM FULL, which locks everybody out, or the extension pg_repack. First look
why it grew: `autovacuum_behind`, `autovacuum_off`, `xmin_held_back`.

## Versions

14 to 18.

## Example

    DELETE FROM journal WHERE quand < '2024-01-01';  -- nine tenths of it, once
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
    """Each such table."""
    yield from _bloat.hidden(seen, "tables")
    for each in _bloat.bloated(seen, seen.measured):
        yield _found(each)


def _found(bloat: Bloat) -> Found:
    row = bloat.row
    return _bloat.found(
        bloat,
        state="are free or dead",
        why="Scans read the empty pages too, and the cache and every backup hold them.",
        cure=_bloat.rewritten(qualified(row["schema"], row["name"])),
        disproof="pgstattuple_approx finds the space filled.",
    )
