"""What belongs to a workload: queries and changes of rows. Pure; it is told a shape and asks nobody."""

from __future__ import annotations

from ..sql.shape import READING, WRITING, Shape
from .values import Reason

_SYSTEM = ("pg_catalog", "information_schema", "pg_toast")


def left_out(shape: Shape) -> Reason | None:
    """Why a statement is none of the workload; None where it is one."""
    if shape.kind == "TransactionStmt":
        return Reason.CONTROL
    if _is_own(shape):
        return Reason.OWN
    if shape.kind not in READING | WRITING:
        return Reason.UTILITY
    return Reason.CATALOG if _is_of_catalogs(shape) else None


def _is_own(shape: Shape) -> bool:
    """Whether it uses the schema of the journal, or a temporary thing of ours."""
    named = shape.relations | shape.functions
    return any(schema == "pgwright" or name.startswith("pgwright_") for schema, name in named)


def _is_of_catalogs(shape: Shape) -> bool:
    """Whether all relations are those of the system. One that says its schema may begin with pg_ and be anybody's."""
    if shape.relations:
        return all(_is_system(schema, name) for schema, name in shape.relations)
    return any(schema in _SYSTEM or name.startswith("pg_") for schema, name in shape.functions)


def _is_system(schema: str, name: str) -> bool:
    return schema in _SYSTEM or name.startswith("pg_stat_statements") or (not schema and name.startswith("pg_"))
