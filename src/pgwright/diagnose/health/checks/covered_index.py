"""An index that is the beginning of another one, which serves all that it serves.

## What it is

A b-tree whose keys are the first ones of another index of the table, in the same order or exactly backwards, with the
same operator classes and collations. Where the other one costs something (it is much larger, it lacks an INCLUDE
column), the finding says so.

## Why it is dangerous

Every write keeps both up, and both take room in memory.

## When it speaks

Always, as a notice.

## Cure

DROP INDEX; pgwright drops it concurrently.

## Versions

14 to 18.

## Example

    CREATE INDEX ON commandes (utilisateur_id);  -- beside one on (utilisateur_id, créee_a)
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
    """Each index that another one serves for."""
    yield from _indexes.look(seen, Kind.COVERED, Kind.REDUNDANT, untold=False)
