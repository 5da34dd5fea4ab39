"""The JSON object of `advise statistics`; its shape is `advise_documents.AdviseStatisticsDocument`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..diagnose.advise.statistics.advising import StatisticsAdvice
from .advise_documents import AdviseColumns, AdviseStatisticsDocument
from .json_ import VERSION


def advise_statistics_document(advice: StatisticsAdvice, migration: str = "") -> dict[str, Any]:
    """The object. `migration` is the path of the file that was written."""
    document = AdviseStatisticsDocument(
        version=VERSION,
        findings=advice.findings,
        candidates=tuple(
            AdviseColumns(
                table=table,
                columns=each.columns,
                matching=each.matching,
                grouping=each.grouping,
                statements=each.statements,
            )
            for table, each in advice.candidates
        ),
        sampled=advice.sampled,
        notes=advice.notes,
        migration=migration,
    )
    return asdict(document)
