"""How far an index build is: what counts in each phase, and no error where nobody can see it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pgwright.base.event import Event
from pgwright.config import Settings
from pgwright.evolve.execute import index_progress
from pgwright.evolve.execute.index_progress import Pace, watched
from pgwright.evolve.execute.runner import Runner
from pgwright.evolve.steps.step import Kind, Phase, Step
from pgwright.render.narrate import sentence
from tests.support.databases import Database

SCAN = "building index: scanning table"
LOAD = "building index: loading tuples in tree"


def test_each_phase_has_its_own_measure_and_pace() -> None:
    pace = Pace()
    first = pace.event("1", ("t", SCAN, 10, 100, 0, 0, 0, 0, None), 5.0)
    assert (first.done, first.total, first.unit, first.seconds_left) == (10, 100, "blocks", None)
    assert pace.event("1", ("t", SCAN, 40, 100, 0, 0, 0, 0, None), 8.0).seconds_left == 6.0
    load = pace.event("1", ("t", LOAD, 100, 100, 0, 500, 1, 1, 7), 9.0)
    assert (load.done, load.total, load.unit, load.seconds_left, load.waits_for) == (0, 500, "tuples", None, 0)
    assert pace.event("1", ("t", LOAD, 100, 100, 250, 500, 1, 1, 7), 11.0).seconds_left == 2.0


def test_those_who_are_waited_for_have_no_pace() -> None:
    pace, phase = Pace(), "waiting for old snapshots"
    pace.event("1", ("t", phase, 0, 0, 0, 0, 0, 2, 11), 1.0)
    event = pace.event("1", ("t", phase, 0, 0, 0, 0, 1, 2, 12), 2.0)
    assert (event.done, event.total, event.waits_for, event.seconds_left) == (1, 2, 12, None)
    assert sentence(event) == "  index of t: waiting for old snapshots, 50 % of 2 sessions, waits for pid 12"


def test_a_phase_without_a_measure() -> None:
    event = Pace().event("1", ("t", "initializing", None, None, None, None, None, None, None), 1.0)
    assert sentence(event) == "  index of t: initializing"


@pytest.mark.parametrize("there", [True, False], ids=["not to be found", "not to be reached"])
def test_who_cannot_be_seen_makes_no_error(database: Database, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    monkeypatch.setattr(index_progress, "EVERY", 0.01)
    dsn = database.dsn if there else "host=/nirgends dbname=x connect_timeout=1"
    events: list[Event] = []
    settings = Settings(dsn=dsn, migrations=Path())
    runner = cast("Runner", SimpleNamespace(settings=settings, on_event=events.append))
    step = Step(id="1", operations=(), phase=Phase.EXPAND, kind=Kind.CONCURRENT, summary="")
    with watched(runner, step, 0):
        database.all("SELECT pg_sleep(0.1)")
    assert events == []
