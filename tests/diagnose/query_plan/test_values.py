"""A plan with values that no server writes is refused by the key that is wrong; what is read makes nobody stumble."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from pgwright.base.errors import QueryPlanError
from pgwright.diagnose.diagnosis import diagnose
from pgwright.diagnose.explanation import Explained, Explanation
from pgwright.diagnose.query_plan import read
from pgwright.diagnose.query_plan.forms import json_
from pgwright.render.explain_json import explain_document
from pgwright.render.explain_text import explain_text
from pgwright.render.query_plan_html import query_plan_html

CAPTURED = sorted((Path(__file__).parents[1] / "captured").glob("*.json"))
NODE: dict[str, Any] = {"Node Type": "Sort", "Actual Loops": 1, "Actual Rows": 2.0, "Actual Total Time": 1.5}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Actual Rows", "2"),
        ("Actual Rows", None),
        ("Actual Loops", -1),
        ("Actual Loops", True),
        ("Actual Total Time", float("nan")),
        ("Actual Total Time", float("inf")),
        ("Shared Hit Blocks", [1]),
        ("Filter", 7),
        ("Sort Key", "a"),
        ("Sort Key", [1]),
        ("Workers", {}),
        ("Workers", [1]),
        ("Workers", [{"Actual Rows": "x"}]),
        ("Workers", [{"JIT": {"Timing": {"Total": "x"}}}]),
        ("Full-sort Groups", 3),
        ("Full-sort Groups", {"Group Count": None}),
    ],
)
def test_a_value_that_no_server_writes(key: str, value: Any) -> None:
    with pytest.raises(QueryPlanError) as caught:
        json_.from_value({"Plan": {"Node Type": "Limit", "Plans": [{**NODE, key: value}]}})
    assert "of a Sort" in caught.value.message or "Workers" in key
    assert caught.value.hint


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Execution Time", "1"),
        ("Triggers", {}),
        ("Triggers", [{"Time": "x"}]),
        ("JIT", 1),
        ("JIT", {"Functions": "many"}),
        ("JIT", {"Timing": {"Generation": {"Total": None}}}),
        ("Settings", {"work_mem": 4}),
        ("Serialization", []),
    ],
)
def test_beside_the_nodes(key: str, value: Any) -> None:
    with pytest.raises(QueryPlanError, match="as a server writes it"):
        json_.from_value({"Plan": NODE, key: value})


def test_what_nobody_knows_may_be_anything() -> None:
    plan = json_.from_value({"Plan": {**NODE, "Total Cost": -0.5, "Tasks": [[None], {"a": True}]}, "New in 30": None})
    assert plan.root.properties["Tasks"] == [[None], {"a": True}]


BAD: tuple[Any, ...] = (None, "x", "", [], {}, [1], [None], {"a": 1}, True, -1, 1e308, 0, 0.5, 10**30, "(a = 1)", "$1")


def places(value: Any) -> list[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, part in inner for each in ((value, key), *places(part))]


@pytest.mark.parametrize("seed", range(60))
def test_a_spoilt_plan_is_refused_or_explained(seed: int) -> None:
    chosen = random.Random(seed)
    document = copy.deepcopy(json.loads(chosen.choice(CAPTURED).read_text(encoding="utf-8")))
    for holder, key in chosen.sample(places(document), chosen.choice((1, 2, 5))):
        if chosen.random() < 0.2 and isinstance(holder, dict):
            holder.pop(key, None)
        else:
            holder[key] = chosen.choice(BAD)
    try:
        (plan, *_) = read.plans(json.dumps(document))
    except QueryPlanError:
        return
    diagnosis = diagnose(plan)
    assert explain_text(Explanation(plans=(Explained(diagnosis=diagnosis),)))
    assert json.dumps(explain_document(Explanation(plans=(Explained(diagnosis=diagnosis),))))
    assert query_plan_html(diagnosis)
