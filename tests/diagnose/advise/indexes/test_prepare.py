"""Statements that cannot be planned are left out and named; a planner that is gone is no reason to leave out all."""

from __future__ import annotations

from typing import Any, cast

import pytest

from pgwright.base.errors import ConnectError, PgwrightError, UsageError
from pgwright.diagnose.advise.indexes.prepare import prepare
from pgwright.diagnose.query_plan.model import QueryPlan
from pgwright.workload.values import Origin, Statement, Workload

from .imagined import Imagined

STATEMENTS = tuple(
    Statement(text=text, key=text, kind="SelectStmt", calls=1) for text in ("SELECT * FROM a", "SELECT * FROM b")
)


class Failing(Imagined):
    """A planner that fails."""

    def __init__(self, error: PgwrightError) -> None:
        super().__init__({})
        self._error = error

    def plan(self, *_: Any, **__: Any) -> QueryPlan:
        raise self._error


def test_what_cannot_be_planned_is_named_in_a_line() -> None:
    planner = Failing(UsageError("no such table\nLINE 1: …"))
    prepared = prepare(planner, cast("Any", None), Workload(origin=Origin.FILE, statements=STATEMENTS))
    assert prepared.cases == ()
    assert [(each.text, each.reason) for each in prepared.unplanned] == [
        ("SELECT * FROM a", "no such table"),
        ("SELECT * FROM b", "no such table"),
    ]


def test_a_planner_that_is_gone_ends_it() -> None:
    with pytest.raises(ConnectError):
        prepare(Failing(ConnectError("gone")), cast("Any", None), Workload(origin=Origin.FILE, statements=STATEMENTS))
