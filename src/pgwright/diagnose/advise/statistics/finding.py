"""A finding of this room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....base.finding import Evidence, Finding, Severity
from .values import Table


def finding(
    name: str,
    table: Table,
    severity: Severity,
    evidence: str,
    why: str,
    cure: str,
    *,
    column: str = "",
    fields: Mapping[str, Any] | None = None,
) -> Finding:
    """The finding, on a table or one of its columns."""
    return Finding(
        kind="statistics",
        name=name,
        object=f"{table.full_name}.{column}" if column else table.full_name,
        severity=severity,
        evidence=Evidence(text=evidence, fields=fields or {}),
        why=why,
        cure_sql=cure,
    )
