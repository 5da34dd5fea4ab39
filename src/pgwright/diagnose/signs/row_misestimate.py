"""A wrong estimate made the planner take a way that is right for another number of rows.

## What it is

At least ten times as many rows came, or were expected, as at this node, and a choice above it that rests on that took a
large part of the time. Of all nodes with a wrong estimate it is the lowest.

## Why it is slow

A nested loop that was meant for a few rows, a table that was read for many.

## Cure

What the planner lacks there: a longer list of common values, the number of rows of a function, a plan for this
parameter alone. Without a connection to the server: ANALYZE.

## Disproof

The better estimate leads to the same plan.

## Versions

14 to 18.

## Example

    SELECT … FROM commandes c JOIN utilisateurs u … WHERE c.client = 'the 101st most common one';
"""

from __future__ import annotations

from collections.abc import Iterator

from ..query_plan.model import Node
from ._causes import OTHER, SPOILT, signs
from ._seen import Seen
from ._sign import Sign

NODES: frozenset[str] = frozenset()
EXPLAINS = SPOILT
DISPROOF = "The better estimate leads to the same plan."


def look(seen: Seen, root: Node) -> Iterator[Sign]:
    """Each wrong estimate that did harm and has this cause."""
    yield from signs(seen, root, OTHER, DISPROOF)
