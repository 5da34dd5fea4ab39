"""Reads EXPLAIN (FORMAT TEXT), which says the same as JSON in other words and leaves out what is zero.

`omitted` tells what TEXT never says. What it says by place or by a word (join types, strategies, what a node is to its
parent) is put under the keys of JSON, so that who reads a plan need not know in which form it came.
"""

from __future__ import annotations

from collections.abc import Sequence

from .....base.errors import QueryPlanError
from ...model import QueryPlan
from ..limits import HINT
from .beginning import beginning
from .label import has_numbers
from .reading import Reader
from .wrapped import joined


def read(lines: Sequence[str]) -> tuple[tuple[QueryPlan, ...], str]:
    """All plans in `lines`, and what stands around them; raises QueryPlanError where there is none, or one that is not
    whole."""
    bare = is_bare(lines)
    found: list[QueryPlan] = []
    around: list[str] = []
    place = 0
    while (start := beginning(lines, place, bare=bare)) is not None:
        around.extend(lines[place : start.first])
        reader = Reader(lines, start)
        found.append(reader.read())
        around.extend(lines[reader.last + 1 : reader.place])
        place = reader.place
    if not found:
        raise QueryPlanError("there is no query plan in it.", hint=HINT)
    return tuple(found), "\n".join((*around, *lines[place:]))


def is_bare(lines: Sequence[str]) -> bool:
    """Whether no line has the numbers of a node: COSTS OFF without ANALYZE."""
    return not any(line.endswith(")") and has_numbers(line) for line in lines)


def begins(lines: Sequence[str]) -> bool:
    """Whether there is the first line of a plan in `lines`; raises QueryPlanError where only others are."""
    return beginning(lines, bare=True) is not None


__all__ = ["begins", "joined", "read"]
