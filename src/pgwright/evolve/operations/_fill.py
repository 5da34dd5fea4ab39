"""Links of one column: what a NULL in it becomes."""

from __future__ import annotations

from ...catalog.probe import ExpressionFacts
from ...sql.quote import ident
from ..sync.link import Link, Mode
from ..sync.total import is_total
from ._steps import Steps


def fill_link(steps: Steps, name: str, number: int, found: ExpressionFacts, *, fills: str) -> Link:
    """A link that fills the column with attnum `number`, called `name` by the statement, with the expression `found`.
    `fills` as in `Link.fills`. It reads the columns that survive; what is filled on an old side is carried on."""
    shape = steps.shape
    there = shape.physical[number]
    return Link(
        id=steps.request.id,
        migration=steps.request.migration,
        table=steps.table.oid,
        old=number,
        new=number,
        old_name=there,
        new_name=there,
        up=found.text,
        down=ident(there),
        columns={each: shape.survivor(each) for each in found.columns},
        up_columns=found.columns,
        plain=False,
        total=is_total(found.text),
        lasting=False,
        type=shape.column(shape.logical[name]).type,
        mode=Mode.SYNCED if fills == "inserts" else Mode.FILLING,
        extra={"fills": fills, "volatile": found.volatile},
    )
