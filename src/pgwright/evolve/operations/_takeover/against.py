"""What rules a shadow column out."""

from __future__ import annotations

from .. import _derived, _passable
from .._operation import Request
from . import bound, keys
from .replacement import Replacement


def against(request: Request, change: Replacement) -> tuple[str, ...]:
    """What rules a shadow column out, each as a sentence part."""
    table, number, old = change.table, change.old_number, change.old
    reasons = []
    if any(number in part.partition_columns for part in request.catalog.descendants(table.oid)):
        reasons.append(f"{old} is in the partition key: a trigger cannot move a row to another partition")
    reasons += keys.against(request, change)
    for constraint in table.constraints:
        if constraint.kind == "exclusion" and number in constraint.columns:
            reasons.append(f'{old} is in the exclusion constraint "{constraint.name}"')
    if change.column.generated is not None:
        reasons.append(f"{old} is a generated column: nothing can be carried back to it")
    if not change.plain and not change.keeps_name and change.column.identity is not None:
        reasons.append(f"{old} is an identity column and up or down change its values")
    reasons += _passable.published(request, change.table)
    reasons += _generated_inputs(change)
    reasons += _missing_down(change)
    reasons += _passable.against(request, change.table, change.old_number)
    reasons += () if change.plain else bound.against(request, change)
    reasons += () if change.plain else _derived.reading(request.catalog, table, number)
    if any(shape.alias for oid, shape in request.shapes.items() if oid == table.oid):
        reasons.append("another rename of this table is an alias in the same unit")
    return tuple(reasons)


def _generated_inputs(change: Replacement) -> list[str]:
    reads = set(change.up.columns) | (set(change.down.columns) - {change.new})
    generated = {
        name
        for name in reads
        if name in change.shape.logical and change.shape.column(change.shape.logical[name]).generated is not None
    }
    return [
        f"up or down read the generated column {name}: it is not computed yet when the triggers fire"
        for name in sorted(generated)
    ]


def _missing_down(change: Replacement) -> list[str]:
    if change.down_written or set(change.up.columns) <= {change.old}:
        return []
    others = ", ".join(sorted(set(change.up.columns) - {change.old}))
    return [f"up also reads {others}, so no down can be derived: write `-- pgwright: down = …`"]
