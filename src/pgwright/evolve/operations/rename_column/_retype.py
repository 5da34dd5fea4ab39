"""A column that the same file renames and then gives another type: one change, one pass, one new column."""

from __future__ import annotations

from dataclasses import replace

from ....catalog.values import Table
from .._operation import ALONE, Place, Request

TYPE = "AlterTableStmt.AT_AlterColumnType"
RENAME = "RenameStmt.OBJECT_COLUMN"


def find(request: Request, table: Table, old: str, new: str) -> Request | None:
    """The TYPE action behind the rename that is about the column by its `new` name, as a request of its own. Raises
    Refused where something between the two makes the names mean something else."""
    for number, place in enumerate(request.later):
        action = place.action
        if action.statement.kind not in ("AlterTableStmt", "RenameStmt") or not _is_about(request, place, table):
            continue
        if action.key == RENAME and {action.node.subname, action.node.newname} & {old, new}:
            _refuse_after(request, place, number, table, new)
            return None
        if action.key == TYPE and action.node.name == new:
            _refuse_after(request, place, number, table, new)
            later = request.later[number + 1 :]
            return replace(request, action=action, directives=place.directives, later=later)
    return None


def _is_about(request: Request, place: Place, table: Table) -> bool:
    relation = place.action.statement.node.relation
    return request.catalog.find(relation.relname, relation.schemaname or None) == table.oid


def _refuse_after(request: Request, place: Place, number: int, table: Table, new: str) -> None:
    """A second rename or type of the column in the same file contradicts the first."""
    for other in request.later[number + 1 :]:
        if other.action.key == TYPE and other.action.node.name == new and _is_about(request, other, table):
            line = place.action.position.line
            raise replace(request, action=other.action, directives=other.directives).refuse(
                f"{new} gets another type here than in line {line}", hint=ALONE
            )


def gets_default(place: Request, table: Table, new: str) -> bool:
    """Whether the file gives the column another DEFAULT, or takes it away, behind the TYPE action `place`."""
    return any(
        each.action.key.startswith("AlterTableStmt.AT_ColumnDefault")
        and each.action.node.name == new
        and _is_about(place, each, table)
        for each in place.later
    )


def mark(place: Request) -> list[int]:
    """What tells the TYPE action that the rename has done its work."""
    return [place.action.position.line, place.action.position.column]
