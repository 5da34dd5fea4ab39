"""An index that nobody reads: it only costs.

## What it is

An index without a scan for as long as the statistics count, a month at least, that enforces nothing and that no
foreign key needs. From 16 on the time of the last scan counts.

## Why it is dangerous

Every write keeps it up, it keeps updates from being HOT, and it takes room in memory.

## When it speaks

As a notice, from 1 MB on. Standbys count their own scans: the finding says how many there are that were not asked.

## Cure

DROP INDEX; pgwright drops it concurrently. The statistics of an expression are kept.

## Versions

14 to 18; 16 brings the time of the last scan.

## Example

    SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'commandes_note_idx';  -- 0, since last year
"""

from __future__ import annotations

from collections.abc import Iterator

from ...indexes.verdicts import Kind
from . import _indexes
from ._check import Said
from ._indexes import rows
from ._seen import Seen

ROOM = _indexes.room

__all__ = ["ROOM", "look", "rows"]


def look(seen: Seen) -> Iterator[Said]:
    """Each index that nobody reads."""
    yield from _indexes.look(seen, Kind.UNUSED, untold=True)
