"""Multixact ids run out: each is a set of transactions that hold one row together.

## What it is

The age of the oldest multixact id of each database, and of the oldest tables of this one with their TOAST tables.
They are made where several transactions lock one row at the same time: by foreign keys, mostly.

## Why it is dangerous

As transaction ids they are used in a circle, and when they are used up, no row can be locked by two any more: writes
fail until VACUUM has freed old ones.

## When it speaks

As `xid_wraparound`, against `autovacuum_multixact_freeze_max_age`. The members of multixacts run out by themselves:
`multixact_members_full`.

## Cure

`VACUUM (FREEZE)` of the table.

## Versions

14 to 18.

## Example

    WARNING:  database "boutique" must be vacuumed before 39985967 more MultiXactIds are used
"""

from __future__ import annotations

from collections.abc import Iterator

from . import _wraparound
from ._check import Counting, Said
from ._seen import Seen

COUNTING = Counting(key=("kind", "name"), columns=("next",), reset=False, needed=False)
KIND = _wraparound.Kind(ids="multixacts", metric="multixacts")


def look(seen: Seen) -> Iterator[Said]:
    """Databases and tables whose oldest multixact id is old."""
    yield from _wraparound.look(seen, KIND)
