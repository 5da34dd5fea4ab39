"""The file of a baseline: lossless, stable, and refused in words where it is not one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pgwright.base.errors import UsageError
from pgwright.diagnose.history import baseline as file
from pgwright.diagnose.query_plan.model import document

from .made import query, saved, scan

SETTINGS = {"Settings": {"work_mem": "1MB", "jit": "off"}}
BASELINE = saved(
    query(scan("Seq Scan", "été", 7, Filter="(a = 'x')"), "b", "SELECT 'ü'\n  FROM a", times=(3.0, 1.5), **SETTINGS),
    query(scan("Seq Scan", "a", 8, rows=1.25), "a"),
)


def test_it_comes_back_whole() -> None:
    text = file.to_text(BASELINE)
    again = file.from_text(text, file="f")
    assert file.to_text(again) == text
    assert [query.name for query in again.queries] == ["a", "b"]
    first, second = again.queries[1], BASELINE.queries[1]
    assert document(first.plan) == document(second.plan)
    assert first.statement == second.statement == "SELECT 'ü'\n  FROM a"
    assert (first.milliseconds, first.planning_ms, first.runs) == (second.milliseconds, 0.1, 2)
    assert again.settings == {"jit": "off", "work_mem": "1MB"}
    assert (again.server_version, again.major) == (180006, 18)


def test_the_order_of_queries_does_not_matter() -> None:
    assert file.to_text(saved(*reversed(BASELINE.queries))) == file.to_text(BASELINE)


def test_one_value_a_line() -> None:
    lines = file.to_text(BASELINE).splitlines()
    assert '   "blocks": 7,' in lines
    assert "    \"SELECT 'ü'\"," in lines
    assert '     "Relation Name": "été",' in lines


def test_numbers_beside_the_plan_are_for_readers_only() -> None:
    value = file.to_document(BASELINE)
    value["queries"][0] |= {"blocks": 99999, "fingerprint": "0" * 16, "rows": -1}
    assert file.to_text(file.from_text(json.dumps(value), file="f")) == file.to_text(BASELINE)


def damaged(change: dict[str, Any]) -> str:
    value = json.loads(file.to_text(BASELINE))
    (value["queries"][0] if {*change} & {*value["queries"][0]} else value).update(change)
    return json.dumps(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is not JSON"),
        ("[]", "does not say"),
        ("null", "does not say"),
        ("[" * 100_000, "baseline"),
        ('{"Plan": {"Node Type": "Result"}}', "does not say"),
        (damaged({"version": 2}), "the baseline has version 2, and this pgwright reads 1"),
        (damaged({"version": None}), "the baseline has version null"),
        (damaged({"queries": None}), "damaged"),
        (damaged({"queries": [1]}), "damaged"),
        (damaged({"queries": [{}]}), "damaged: KeyError('statement')"),
        (damaged({"settings": []}), "damaged"),
        (damaged({"server_version": "x"}), "damaged"),
        (damaged({"plan": {"Plan": {}}}), "a plan of the baseline is damaged"),
        (damaged({"statement": "SELECT 1"}), "damaged"),
        (damaged({"milliseconds": {"low": 1}}), "damaged"),
        (damaged({"name": "b"}), "a name is there twice"),
        (damaged({"runs": 1}).replace('"runs": 1', '"runs": NaN'), "NaN is no number"),
    ],
)
def test_what_is_no_baseline(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        file.from_text(text, file="plans.json")
    assert caught.value.message.startswith("plans.json: ")
    assert words in caught.value.message
    assert "pgwright plans save -o FILE" in caught.value.hint
