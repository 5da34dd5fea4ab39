"""A clone plans everything as its source does: the same nodes, costs and rows, to the last digit."""

from __future__ import annotations

import pytest

from tests.clone.conftest import Pair
from tests.clone.costs import differing, near, statements

pytestmark = pytest.mark.majors("every")


GIN = 0.01
"""Of a GIN the planner asks the first page how many keys there are. The clone takes what statistics tell of them."""


def test_every_statement_costs_the_same(pair: Pair) -> None:
    with pair.source.connect() as source:
        gins = source.execute("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%USING gin%'").fetchall()
        found = differing(source, pair.clone.connection, statements())
    wrong = [
        f"{statement}\n  {here}\n  {there}"
        for statement, here, there in found
        if not any(name in str(here) for (name,) in gins) or not near(here, there, GIN)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_missing_that_is_not_named(pair: Pair) -> None:
    assert pair.clone.missing.skipped == ()
    assert pair.clone.missing.statistics == ()
    assert [note.split(";")[0] for note in pair.clone.missing.notes] == [
        "The source asks other servers what foreign tables cost (use_remote_estimate)"
    ]
