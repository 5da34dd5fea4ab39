"""The page as text: its structure, what it holds, and that what comes from a plan stays text."""

from __future__ import annotations

import pytest

from pgwright.diagnose.diagnosis import Diagnosis
from pgwright.render.query_plan_html import query_plan_html
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
