"""The JSON objects of the commands. Their shapes are the dataclasses of `documents`, and the schemas come from those.

The plan's object is made by `evolve/plan/plan_file.py`, because the file must be read again; the error's by
`error_text`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ..base.finding import Finding
from .report import BaselineReport, PauseStatus, Status, ThrottleReport, UnitReport

VERSION = 1


def status_document(status: Status) -> dict[str, Any]:
    """The object of `status --format json`."""
    return {"version": VERSION, **asdict(status)}


def pause_document(paused: PauseStatus | None) -> dict[str, Any]:
    """The object of `pause` and `resume`."""
    return {"version": VERSION, "paused": None if paused is None else asdict(paused)}


def throttle_document(report: ThrottleReport) -> dict[str, Any]:
    """The object of `throttle show` and `throttle set`."""
    return {"version": VERSION, **asdict(report)}


def report_document(report: UnitReport) -> dict[str, Any]:
    """The last object of `expand`, `contract` and `rollback`."""
    return {"version": VERSION, **asdict(report)}


def baseline_document(report: BaselineReport) -> dict[str, Any]:
    """The object of `baseline --format json`."""
    return {"version": VERSION, **asdict(report)}


def findings_document(findings: Sequence[Finding]) -> dict[str, Any]:
    """The object of `doctor --format json`; the keys of a finding are its own everywhere."""
    return {"version": VERSION, "findings": [asdict(finding) for finding in findings]}
