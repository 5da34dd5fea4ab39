"""What earlier statements of the same plan hang on a column that is to be replaced: it is not there yet, so nothing can
be built beside it, and the exchange would find it and stop."""

from __future__ import annotations

from ....catalog.values import Table
from ....sql import parse
from .._operation import Place, Request

_MAKES = frozenset(
    {"IndexStmt", "CreateTrigStmt", "CreatePolicyStmt", "AlterPolicyStmt", "ViewStmt", "RuleStmt", "CreateStatsStmt",
     "CreatePublicationStmt", "AlterPublicationStmt", "CreateTableAsStmt", "CreateFunctionStmt"}
)  # fmt: skip
_ALTERS = ("AlterTableStmt.AT_AddConstraint", "AlterTableStmt.AT_AddColumn", "AlterTableStmt.AT_SetExpression")


def refuse_made_before(request: Request, table: Table, *names: str) -> None:
    """Raises Refused where an earlier statement of the plan makes something that may hang on the column, by any of the
    `names` that it has."""
    for place in request.earlier:
        if _makes(place) and _is_about(request, place, table, names):
            where = f"{place.file}:{place.action.position.line}"
            raise request.refuse(
                f"{names[0]} is replaced by another column, and {where} puts something on it in the same plan",
                hint="Expand that first (pgwright expand NAME), then this; or write it behind this change, into a "
                "migration of its own.",
            )


def _makes(place: Place) -> bool:
    return place.action.statement.kind in _MAKES or place.action.key.startswith(_ALTERS)


def _is_about(request: Request, place: Place, table: Table, names: tuple[str, ...]) -> bool:
    words = parse.names(place.action.statement.text)
    if words.isdisjoint(names):
        return False
    family = {part.name.name for part in request.catalog.descendants(table.oid)}
    return bool(words & family)
