"""Transaction ids run out: VACUUM does not free the old ones as fast as new ones are given out.

## What it is

The age of the oldest transaction id of each database, and of the oldest tables of this one with their TOAST tables.

## Why it is dangerous

Ids are used in a circle. When the oldest is 2^31 less three million transactions old, the server gives out no more,
and every write is an error, until VACUUM has frozen what is old. That takes hours on a large table.

## When it speaks

As a warning where an id is half as old again as `autovacuum_freeze_max_age` allows, or, once that age is reached,
where the limit is less than 30 days away at the rate between two looks; as a danger from 1.6 billion (the age at
which VACUUM drops everything else), or below 7 days.

## Cure

`VACUUM (FREEZE)` of the table. Where it does not help, something holds the horizon: see `xmin_held_back`.

## Versions

14 to 18. Before 14 the server stopped one million before the end.

## Example

    WARNING:  database "boutique" must be vacuumed within 39985967 transactions
"""

from __future__ import annotations

from collections.abc import Iterator

from . import _wraparound
from ._check import Counting, Said
from ._seen import Seen

COUNTING = Counting(key=("kind", "name"), columns=("next",), reset=False, needed=False)
KIND = _wraparound.Kind(ids="transactions", metric="transactions")


def look(seen: Seen) -> Iterator[Said]:
    """Databases and tables whose oldest transaction id is old."""
    yield from _wraparound.look(seen, KIND)
