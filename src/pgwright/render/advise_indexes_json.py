"""The JSON object of `advise indexes`; its shape is `advise_documents.AdviseIndexesDocument`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..diagnose.advise.indexes.advice import Advised, Drop, Effect
from ..diagnose.advise.indexes.report import IndexesReport
from .advise_documents import (
    AdviseDrop,
    AdviseEffect,
    AdviseIndex,
    AdviseIndexesDocument,
    AdviseUnplanned,
)
from .json_ import VERSION


def advise_indexes_document(report: IndexesReport, migration: str = "") -> dict[str, Any]:
    """The object."""
    advice, prepared = report.advice, report.prepared
    return asdict(
        AdviseIndexesDocument(
            version=VERSION,
            tier=report.tier,
            unit="ms" if prepared.timed else "cost",
            cost_before=prepared.amount,
            cost_after=prepared.amount * advice.after,
            plans=advice.plans,
            candidates=advice.candidates,
            seconds=round(report.seconds, 3),
            finished=advice.finished,
            indexes=tuple(map(_index, advice.indexes)),
            drop=tuple(map(_drop, (*advice.drops, *advice.withheld))),
            statements=tuple(map(_effect, advice.effects)),
            unplanned=tuple(AdviseUnplanned(text=each.text, reason=each.reason) for each in prepared.unplanned),
            notes=report.notes,
            migration=migration,
        )
    )


def _index(advised: Advised) -> AdviseIndex:
    return AdviseIndex(
        sql=advised.index.sql,
        size_bytes=advised.bytes,
        gain=advised.gain,
        write_cost=advised.upkeep,
        statements=tuple(map(_effect, advised.effects)),
    )


def _effect(effect: Effect) -> AdviseEffect:
    return AdviseEffect(text=effect.text, calls=effect.calls, weight=effect.weight, ratio=effect.ratio)


def _drop(drop: Drop) -> AdviseDrop:
    verdict = drop.verdict
    return AdviseDrop(
        index=verdict.index.full_name,
        table=verdict.table.full_name,
        kind=str(verdict.kind),
        size_bytes=verdict.bytes,
        reason=verdict.reason,
        caveats=verdict.caveats,
        loss=drop.loss,
        proven=drop.proven,
        readers=drop.readers,
        slowest=_effect(drop.slowest) if drop.slowest is not None else None,
        sql=verdict.cure_sql,
    )
