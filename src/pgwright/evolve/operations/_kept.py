"""Partitions and children that were NOT NULL before their table was: DROP NOT NULL of the table takes theirs, too (14
to 17; 18 counts who demands it). So the way back proves it on them first, and gives it back in one transaction.
"""

from __future__ import annotations

from ...catalog.values import Table
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Kind, Phase, Step
from ..sync.naming import hidden_name
from ._steps import Steps


def kept(steps: Steps, column: str) -> list[Table]:
    """The parts below the table that are NOT NULL at this moment, those with rows first."""
    below = [part for part in steps.request.catalog.descendants(steps.table.oid) if part.oid != steps.table.oid]
    found = [part for part in below if (own := part.column(column)) is not None and own.not_null]
    return sorted(found, key=lambda part: part.kind == "p")


def prove(steps: Steps, parts: list[Table], column: str, tag: str) -> list[Step]:
    """For each part with rows a CHECK, added and validated apart: SET NOT NULL reads nothing under it."""
    found: list[Step] = []
    for number, part in enumerate((part for part in parts if part.kind != "p"), 1):
        of = Steps(steps.request, part)
        name = _name(steps, tag)
        add = f"ADD CONSTRAINT {ident(name)} CHECK ({ident(column)} IS NOT NULL) NO INHERIT NOT VALID"
        found += [
            of.step(
                f"{tag}_keep{number}",
                Phase.ROLLBACK,
                Kind.INSTANT,
                f"{part.name} was NOT NULL before: a check keeps it so",
                (of.alter(add),),
                of.on("AlterTableStmt.AT_AddConstraint check not valid"),
                done=condition.has_constraint(part.oid, name),
            ),
            of.step(
                f"{tag}_keep{number}_valid",
                Phase.ROLLBACK,
                Kind.ONLINE,
                f"prove that {column} of {part.name} has no NULL",
                (of.alter(f"VALIDATE CONSTRAINT {ident(name)}"),),
                of.on("AlterTableStmt.AT_ValidateConstraint"),
                done=condition.has_constraint(part.oid, name, valid=True),
            ),
        ]
    return found


def again(steps: Steps, parts: list[Table], column: str, tag: str) -> tuple[str, ...]:
    """The statements after DROP NOT NULL of the table: NOT NULL of the parts comes back, and the checks go."""
    back = [f"ALTER TABLE {qualified(part.name)} ALTER COLUMN {ident(column)} SET NOT NULL" for part in parts]
    name = ident(_name(steps, tag))
    gone = [f"ALTER TABLE {qualified(part.name)} DROP CONSTRAINT {name}" for part in parts if part.kind != "p"]
    return (*back, *gone)


def _name(steps: Steps, tag: str) -> str:
    return hidden_name(f"{steps.request.id}_{tag}", "keep")
