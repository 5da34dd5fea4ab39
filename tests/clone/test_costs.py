"""A clone plans everything as its source does: the same nodes, costs and rows, to the last digit."""

from __future__ import annotations

import pytest

from tests.clone.conftest import Pair
from tests.clone.costs import differing, statements

pytestmark = pytest.mark.majors("every")


def test_every_statement_costs_the_same(pair: Pair) -> None:
    with pair.source.connect() as source:
        found = differing(source, pair.clone.connection, statements())
    assert not found, "\n".join(f"{statement}\n  {here}\n  {there}" for statement, here, there in found)


def test_nothing_is_missing_that_is_not_named(pair: Pair) -> None:
    assert pair.clone.missing.skipped == ()
    assert pair.clone.missing.statistics == ()
    assert [note.split(";")[0] for note in pair.clone.missing.notes] == [
        "The source asks other servers what foreign tables cost (use_remote_estimate)"
    ]
