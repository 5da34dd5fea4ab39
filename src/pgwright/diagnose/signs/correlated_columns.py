"""Conditions on columns that go together are estimated as if they did not.

## What it is

The planner multiplies the fractions of the conditions on one table. Where one follows from the other, as the country
from the city, far more rows come than it expects.

## Why it is slow

The planner takes a way that is right for a few rows, as a nested loop.

## Cure

Statistics of the columns together (CREATE STATISTICS).

## Disproof

The estimate is as wrong with the statistics.

## Versions

14 to 18.

## Example

    SELECT … FROM adresses a JOIN commandes c … WHERE a.ville = 'Lyon' AND a.pays = 'FR';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from ._causes import CORRELATED, SPOILT, signs
from ._seen import Seen
from ._sign import Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = SPOILT
DISPROOF = "The estimate is as wrong with statistics of the columns together."


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each wrong estimate that did harm and has this cause."""
    yield from signs(seen, root, CORRELATED, DISPROOF)
