"""A condition on an expression is estimated by a fixed fraction, and that is far from the truth.

## What it is

Statistics are of columns. What a function makes of a column has none, so one row in two hundred is expected for an
equality, and a third for a comparison, whatever the rows are.

## Why it is slow

The planner takes a way that is right for another number of rows.

## Cure

Statistics of the expression (CREATE STATISTICS … ON (expression), from 14 on). An index on it has them as well.

## Disproof

The estimate is as wrong with the statistics.

## Versions

14 to 18.

## Example

    SELECT … FROM commandes c JOIN utilisateurs u … WHERE date_trunc('year', c.créee_a) = '2024-01-01';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from ._causes import EXPRESSION, SPOILT, signs
from ._seen import Seen
from ._sign import Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = SPOILT
DISPROOF = "The estimate is as wrong with statistics of the expression."


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each wrong estimate that did harm and has this cause."""
    yield from signs(seen, root, EXPRESSION, DISPROOF)
