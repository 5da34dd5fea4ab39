"""What fraction of a table the planner expects for an equality, from the statistics of the column.

It is how PostgreSQL counts (14 to 18): a common value by its place in the list, any other as if all others were alike.
"""

from __future__ import annotations

from ..conditions import Clause, constant
from ..surroundings import Column, Relation


def fraction(relation: Relation, clause: Clause) -> float | None:
    """The fraction of the rows that the planner expects for an equality with a constant."""
    column = relation.by_name.get(clause.column.column) if clause.column is not None else None
    if column is None or column.distinct is None:
        return None
    if clause.operator == "IS NULL":
        return column.nulls or 0.0
    known = {"TRUE": "t", "FALSE": "f", "=": constant(clause.value)}
    value = known.get(clause.operator)
    return None if value is None else _of_value(relation, column, value)


def _of_value(relation: Relation, column: Column, value: str) -> float:
    """How the planner counts a value: from its list, else all others are alike."""
    if value in column.common:
        return column.common[value]
    distinct = column.distinct or 0.0
    distinct = distinct if distinct > 0 else -distinct * max(relation.rows, 1.0)
    rest = max(1 - sum(column.common.values()) - (column.nulls or 0.0), 0.0)
    return rest / max(distinct - len(column.common), 1.0)
