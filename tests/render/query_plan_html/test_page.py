"""The page as text: its structure, what it holds, and that what comes from a plan stays text."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pgwright.diagnose.diagnosis import Diagnosis
from pgwright.render.query_plan_html import page as page_module
from pgwright.render.query_plan_html import query_plan_html, tree
from tests.support import htmlpages as made
from tests.support.htmlpages import Strict


def page(diagnosis: Diagnosis) -> Strict:
    return Strict(query_plan_html(diagnosis, title="A title", trials=made.trials(diagnosis)))


@pytest.mark.parametrize("name", list(made.DIAGNOSES))
def test_it_is_whole_and_leads_nowhere_else(name: str) -> None:
    read = page(made.DIAGNOSES[name])
    assert len(read.ids) == len(set(read.ids))
    assert set(read.links) <= set(read.ids)
    assert read.outside == []
    assert read.handlers == []
    assert (read.tags.count("h1"), read.tags.count("main")) == (1, 1)


@pytest.mark.parametrize("name", list(made.DIAGNOSES))
def test_every_key_of_every_node_is_on_the_page(name: str) -> None:
    diagnosis = made.DIAGNOSES[name]
    text = page(diagnosis).text
    keys = {key for each in diagnosis.plan.nodes for key in each.properties} | set(diagnosis.plan.properties)
    told = {"Workers", "Triggers", "Query Text", "Execution Time"}  # as a table, in the sum, as the statement
    assert {key for key in keys - told if key not in text} == set()


def test_nothing_of_a_plan_becomes_markup() -> None:
    html = query_plan_html(made.DIAGNOSES["hostile"], title=made.HOSTILE, trials=made.trials(made.DIAGNOSES["hostile"]))
    assert "<img" not in html
    assert "<svg onload" not in html
    assert html.count("</script>") == html.count("</style>") == 1
    assert Strict(html).text.count(made.HOSTILE) > 20


def test_control_and_direction_characters_are_made_visible() -> None:
    text = made.diagnosis(made.node("Seq Scan", 1.0, Filter="a\x1b\u202eb\x00"), query="SELECT '\u2066'")
    html = query_plan_html(text, title="a\u202eb")
    assert not set("\x1b\u202e\u2066\x00") & set(html)
    assert r"a\x1b\u202eb\x00" in html


def test_a_plan_of_two_thousand_nodes_stays_below_three_megabytes() -> None:
    counters = {f"{kind} {what} Blocks": 1 for kind in ("Shared", "Local") for what in ("Hit", "Dirtied", "Written")}
    members = [
        made.node("Seq Scan", 0.5, Relation_Name=f"measures_{number}", Filter="(v > 3)", Output=["id", "v"]) | counters
        for number in range(2000)
    ]
    diagnosis = made.diagnosis(made.node("Append", 1001.0, *members), Execution_Time=1002.0)
    assert len(query_plan_html(diagnosis).encode()) < 3_000_000


def test_the_page_is_the_same_each_time() -> None:
    assert query_plan_html(made.DIAGNOSES["joined"]) == query_plan_html(made.DIAGNOSES["joined"])


def test_a_trial_is_shown_beside_its_finding_and_at_the_top() -> None:
    diagnosis = made.DIAGNOSES["joined"]
    with_trial, without = query_plan_html(diagnosis, trials=made.trials(diagnosis)), query_plan_html(diagnosis)
    assert with_trial.count("Tried: it helps.") == 2
    assert "Before and after" in with_trial
    assert "Before and after" not in without
    assert "Tried" not in without


def test_jinja_is_loaded_only_when_a_page_is_made() -> None:
    script = "import sys, pgwright.render.query_plan_html; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_levels_are_as_wide_in_the_style_as_in_the_lines() -> None:
    style = (Path(page_module.__file__).parent / "style.css").read_text(encoding="utf-8")
    assert f"--step: {tree.STEP}px" in style
    assert {int(number) for number in re.findall(r"\.d(\d+) \{", style)} == set(range(1, tree.DEEPEST + 1))


def test_a_finding_on_many_nodes_names_a_few() -> None:
    members = [made.node("Seq Scan", 1.0, Relation_Name=f"part_{number}") for number in range(40)]
    on_all = made.found(*(f"0.{number}" for number in range(40)))
    html = query_plan_html(made.diagnosis(made.node("Append", 41.0, *members), on_all, Execution_Time=41.1))
    assert "Seq Scan on part_5</a>; and 34 more" in html
    assert html.count('class="mark danger"') == 40
