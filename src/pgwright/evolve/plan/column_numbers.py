"""How many column numbers a table has left: PostgreSQL gives each once, and a dropped column keeps its own. Every
hidden column uses one up for ever, so that a plan refuses what does not fit and says when few are left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...base.errors import Refused
from ...catalog.values import Catalog
from ..operations._operation import Shape

MOST = 1600
"""Columns of a table, dropped ones included (MaxHeapAttributeNumber, 14 to 18)."""
MANY = 1500
"""From so many on the plan says how many are left."""
_REBUILT = "It has to be rebuilt first, for example by pg_dump and pg_restore."


def warnings(catalog: Catalog, shapes: Iterable[Shape]) -> Iterator[str]:
    """One sentence for each table on which the plan adds columns and few numbers are left; of its partitions and
    children, which get the same columns, the fullest counts. Raises Refused where they do not suffice."""
    for shape in shapes:
        added = max(shape.physical, default=0) - max(shape.table.highest_column, 0)
        if added <= 0:
            continue
        fullest = max(catalog.descendants(shape.table.oid), key=lambda part: part.highest_column)
        used = fullest.highest_column + added
        if used > MOST:
            raise Refused(
                f'table "{fullest.name}" has used up its {MOST:,} column numbers, dropped columns included',
                reasons=(f"{fullest.highest_column:,} are used, and this plan adds {added} columns",),
                hint=_REBUILT,
            )
        if used > MANY:
            yield (
                f"{fullest.name} has {MOST - used} of its {MOST:,} column numbers left after this plan: every added or "
                "hidden column uses one up for ever, dropped ones included. One day it has to be rebuilt."
            )
