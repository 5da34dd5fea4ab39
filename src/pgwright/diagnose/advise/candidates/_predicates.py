"""Whether a condition can be the predicate of an index, and how it is written there."""

from __future__ import annotations

from ....sql import quote
from ....sql.expression import substitute
from ...conditions import Clause, constant
from ..access import Access

_KINDS = frozenset({"=", "IS NULL", "IS NOT NULL", "TRUE", "FALSE", "<>"})


def predicate(access: Access, clause: Clause, *, most: float) -> str:
    """The condition as SQL over the table alone; empty where more than the part `most` of the rows fulfils it, where it
    compares with something that may be another the next time, or where nobody knows."""
    if clause.column is None or clause.cast or clause.operator not in _KINDS:
        return ""
    column = access.column(clause.column.column)
    if column is None or not column.analyzed:
        return ""
    nulls = column.nulls or 0.0
    value = constant(clause.value) if clause.value else ""
    if clause.value and value not in access.fixed:
        return ""
    share = {
        "IS NULL": nulls,
        "IS NOT NULL": 1 - nulls,
        "TRUE": column.common.get("t", 0.0),
        "FALSE": column.common.get("f", 0.0),
        "=": column.common.get(value or "", 1.0),
        "<>": 1 - column.common.get(value or "", 0.0),
    }[clause.operator]
    if value is None or not 0 < share <= most:
        return ""
    names = {each.column: quote.ident(each.column) for each in clause.reads}
    return substitute(clause.text, names, table=access.alias)
