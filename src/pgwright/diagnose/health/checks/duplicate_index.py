"""Two indexes that are the same: one of them only costs.

## What it is

An index with the keys, order, operator classes, collations, INCLUDE columns and rows of another one of its table,
which enforces all that it enforces.

## Why it is dangerous

Every write keeps both up, and both take room in memory.

## When it speaks

Always.

## Cure

DROP INDEX, of the one behind which no constraint stands; pgwright drops it concurrently.

## Versions

14 to 18.

## Example

    CREATE INDEX ON commandes (utilisateur_id);  -- by two people, in two years
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
    """Each index that can go because another one is the same."""
    yield from _indexes.look(seen, Kind.DUPLICATE, untold=False)
