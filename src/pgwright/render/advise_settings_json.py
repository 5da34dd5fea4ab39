"""The JSON object of `advise settings`; its shape is `advise_documents.AdviseSettingsDocument`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..diagnose.advise.settings.advising import SettingsAdvice, Told
from ..diagnose.advise.settings.spilling import Spilling
from ..diagnose.advise.settings.tables import TableAdvice
from .advise_documents import (
    AdviseAutovacuum,
    AdviseHardware,
    AdviseSetting,
    AdviseSettingsDocument,
    AdviseSpilling,
)
from .json_ import VERSION


def advise_settings_document(advice: SettingsAdvice, migration: str = "") -> dict[str, Any]:
    """The object. `migration` is the path of the file that was written."""
    situation = advice.situation
    hardware = situation.hardware
    document = AdviseSettingsDocument(
        version=VERSION,
        server_version=situation.version,
        provider=situation.provider,
        hardware=AdviseHardware(
            memory_bytes=hardware.memory,
            cpus=hardware.cpus,
            storage=hardware.storage,
            origins=dict(hardware.origins or {}),
        ),
        workload=situation.workload,
        connections=situation.connections,
        settings=tuple(map(_setting, advice.settings)),
        tables=tuple(map(_table, advice.tables)),
        fine_tables=advice.fine_tables,
        statements=tuple(map(_spilling, advice.statements)),
        findings=advice.findings,
        notes=advice.notes,
        migration=migration,
    )
    return asdict(document)


def _setting(told: Told) -> AdviseSetting:
    advice = told.advice
    return AdviseSetting(
        family=told.family,
        name=advice.setting.name,
        value=advice.setting.shown,
        proposed=advice.proposed,
        standing=advice.standing.value,
        takes_effect=advice.setting.takes_effect,
        formula=advice.formula,
        reason=advice.reason,
        versions=advice.versions,
        sql=told.sql,
    )


def _table(advice: TableAdvice) -> AdviseAutovacuum:
    then = advice.then
    return AdviseAutovacuum(
        table=advice.table,
        toast=advice.relation.toast,
        dead_per_second=round(advice.dead_per_second, 4),
        every_seconds=_rounded(advice.now.vacuum_every),
        dead_share=_rounded(advice.now.dead_share),
        then_every_seconds=_rounded(then.vacuum_every) if then is not None else None,
        then_dead_share=_rounded(then.dead_share) if then is not None else None,
        options=dict(advice.options),
        sql=advice.sql,
        reason=advice.reason,
    )


def _spilling(spilling: Spilling) -> AdviseSpilling:
    return AdviseSpilling(
        text=spilling.statement.text,
        calls=spilling.statement.calls,
        written_bytes=round(spilling.written),
        work_mem_low_bytes=round(spilling.low),
        work_mem_high_bytes=round(spilling.high),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
