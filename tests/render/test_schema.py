from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from pgwright.base.errors import LockNotObtained
from pgwright.base.event import Event, Notice, StepFinished
from pgwright.base.finding import Finding, Severity
from pgwright.diagnose.diagnosis import diagnose
from pgwright.diagnose.explanation import Explained, Explanation
from pgwright.diagnose.health import catalogue
from pgwright.diagnose.history.baseline import to_document
from pgwright.diagnose.query_plan.forms import json_
from pgwright.evolve.plan.plan_file import from_json, to_json
from pgwright.render.advise_indexes_json import advise_indexes_document
from pgwright.render.advise_settings_json import advise_settings_document
from pgwright.render.advise_statistics_json import advise_statistics_document
from pgwright.render.config_text import config_document
from pgwright.render.documents import DOCUMENTS
from pgwright.render.error_text import error_document
from pgwright.render.explain_json import explain_document
from pgwright.render.health_json import checks_document, health_document
from pgwright.render.json_ import (
    baseline_document,
    findings_document,
    pause_document,
    report_document,
    status_document,
    throttle_document,
)
from pgwright.render.live_report import live_document
from pgwright.render.narrate import event_document
from pgwright.render.plans_json import diff_document, gate_document
from pgwright.render.report import (
    BaselineReport,
    LimitStatus,
    PauseStatus,
    SettingValue,
    ThrottleReport,
    UnitReport,
)
from pgwright.render.schema import events_schema, schema

from . import advice, live
from .examples import PLAN, STATUS
from .health import HEALTH
from .plans import BASELINE, COMPARISONS, GATE

DIAGNOSIS = diagnose(
    json_.from_value({
        "Plan": {
            "Node Type": "Seq Scan", "Relation Name": "t", "Filter": "(a = 1)", "Plan Rows": 1, "Actual Rows": 1,
            "Actual Loops": 1, "Actual Total Time": 9.0, "Rows Removed by Filter": 100_000,
        },
        "Planning Time": 1.0,
        "Execution Time": 9.2,
    })
)  # fmt: skip
FINDING = Finding(kind="doctor", name="x", object="t", severity=Severity.DANGER)

REAL: dict[str, Any] = {
    "advise-indexes": advise_indexes_document(advice.INDEXES, "x"),
    "advise-statistics": advise_statistics_document(advice.STATISTICS),
    "advise-settings": advise_settings_document(advice.SETTINGS, "x"),
    "baseline": baseline_document(BaselineReport(migrations=STATUS.migrations, path="x", said=("y",))),
    "config": config_document([SettingValue(key="dsn", value="v", origin="default")]),
    "error": error_document(LockNotObtained("m", hint="h")),
    "explain": explain_document(Explanation(plans=(Explained(diagnosis=DIAGNOSIS),), notes=("n",))),
    "findings": findings_document([FINDING]),
    "health": health_document(HEALTH),
    "health-checks": checks_document(catalogue.checks()),
    "init": {"version": 1, "made": ["x"]},
    "init-script": {"version": 1, "sql": "BEGIN;"},
    "live": live_document(live.FULL),
    "new": {"version": 1, "path": "x"},
    "plan": to_json(PLAN),
    "plans-baseline": to_document(BASELINE),
    "plans-diff": diff_document(COMPARISONS),
    "plans-gate": gate_document(GATE),
    "pause": pause_document(PauseStatus(by="eva on build-7", since="2026-11-22T09:05:00+00:00")),
    "report": report_document(UnitReport(migrations=STATUS.migrations)),
    "status": status_document(STATUS),
    "throttle": throttle_document(ThrottleReport(limits=(LimitStatus(key="latency", limit="10s", origin="default"),))),
    # as the demonstration's own tests make it
    "try": {
        "version": 1,
        "rows": 200000,
        "plain": {"statements": 10, "failed": 3, "p99_ms": 1.2, "longest_stall_ms": 3000.1, "calm_stall_ms": 3.0},
        "pgwright": {
            "statements": 10,
            "failed": 0,
            "p99_ms": 1.2,
            "longest_stall_ms": 60.1,
            "calm_stall_ms": 3.0,
            "rows_lost": 0,
            "backfill_rows_per_second": None,
            "resumed_after_kill": True,
            "rolled_back_once": True,
        },
    },
}


def faults(value: Any, rule: dict[str, Any], definitions: dict[str, Any], place: str = "$") -> list[str]:
    """What in `value` is not as the schema `rule` says; knows the part of JSON Schema that `schema` writes."""
    if "$ref" in rule:
        return faults(value, definitions[rule["$ref"].rpartition("/")[2]], definitions, place)
    if "anyOf" in rule:
        choices = [faults(value, choice, definitions, place) for choice in rule["anyOf"]]
        return [] if [] in choices else choices[0]
    if "const" in rule or "enum" in rule:
        return [] if value in rule.get("enum", [rule.get("const")]) else [f"{place}: {value!r}"]
    kinds: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "null": type(None)}
    if rule["type"] == "object" and not isinstance(value, dict):
        return [f"{place}: {value!r}"]
    if rule["type"] == "object":
        wrong = [f"{place}.{name} is missing" for name in rule.get("required", ()) if name not in value]
        found = (n for n in rule.get("properties", ()) if n in value)
        return wrong + [f for n in found for f in faults(value[n], rule["properties"][n], definitions, f"{place}.{n}")]
    if rule["type"] == "array":
        return [f for n, item in enumerate(value) for f in faults(item, rule["items"], definitions, f"{place}[{n}]")]
    if rule["type"] == "boolean":
        return [] if isinstance(value, bool) else [f"{place}: {value!r}"]
    return [] if isinstance(value, kinds[rule["type"]]) and not isinstance(value, bool) else [f"{place}: {value!r}"]


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_what_is_printed_is_what_the_schema_says(name: str) -> None:
    rule = schema(DOCUMENTS[name])
    value = json.loads(json.dumps(REAL[name]))
    assert faults(value, rule, rule["$defs"]) == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_schema_notices_a_missing_key_and_a_wrong_version(name: str) -> None:
    rule = schema(DOCUMENTS[name])
    value = json.loads(json.dumps(REAL[name]))
    key = next(key for key in rule["required"] if key != "version")
    assert faults({**value, "version": 2}, rule, rule["$defs"])
    del value[key]
    assert faults(value, rule, rule["$defs"])


@pytest.mark.parametrize("event", [Notice(message="x"), StepFinished(step="1", seconds=0.1)])
def test_events_are_what_their_schema_says(event: Event) -> None:
    rule = events_schema(Event.__subclasses__())
    line = json.loads(json.dumps(event_document(event)))
    assert faults(line, rule, {}) == []
    assert faults({**line, "event": "Other"}, rule, {})


def test_the_plan_file_can_be_read_again() -> None:
    assert from_json(json.loads(json.dumps(to_json(PLAN)))) == PLAN


def test_findings_have_the_keys_of_a_finding() -> None:
    [found] = findings_document([FINDING])["findings"]
    assert list(found) == [field.name for field in fields(Finding)]
    assert json.loads(json.dumps(found))["severity"] == "danger"
