"""The statistics of a table are not those of its rows, and a wrong estimate came of it.

## What it is

The table was never analyzed, or so many of its rows changed since that they explain why the planner was wrong. A
partitioned table is never analyzed by autovacuum; a temporary one not before its session is over.

## Why it is slow

The planner takes a way that is right for another number of rows.

## Cure

ANALYZE. It takes seconds and stops nobody.

## Disproof

The estimate is as wrong after ANALYZE.

## Versions

14 to 18.

## Example

    COPY commandes FROM '/tmp/commandes.csv'; SELECT … FROM commandes JOIN utilisateurs …;  -- in one breath
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from ._causes import SPOILT, STALE, signs
from ._seen import Seen
from ._sign import Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = SPOILT
DISPROOF = "The estimate is as wrong after ANALYZE."


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each wrong estimate that did harm and has this cause."""
    yield from signs(seen, root, STALE, DISPROOF)
