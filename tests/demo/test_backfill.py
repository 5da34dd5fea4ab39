from __future__ import annotations

from typing import Any

import pytest

from pgwright.demo.backfill import Backfill


def started(step: str, kind: str) -> dict[str, Any]:
    return {"event": "StepStarted", "step": step, "kind": kind}


def progress(done: int, rows: int) -> dict[str, Any]:
    return {"event": "BackfillProgress", "step": "b", "blocks_done": done, "blocks_total": 100, "rows": rows}


def finished(step: str, seconds: float) -> dict[str, Any]:
    return {"event": "StepFinished", "step": step, "seconds": seconds}


def test_the_rate_is_that_of_the_backfill_and_of_nothing_else() -> None:
    backfill = Backfill()
    events = [
        {"event": "StateChanged", "step": ""},
        started("a", "instant"),
        finished("a", 3.0),
        started("b", "backfill"),
        progress(30, 100),
        progress(100, 1000),
        finished("b", 2.0),
        started("c", "verify"),
        finished("c", 1.0),
    ]
    assert [backfill.take(event) for event in events].count(True) == 2
    assert backfill.rows_per_second == pytest.approx(500)
    assert (backfill.began_at, backfill.blocks_done, backfill.blocks_total) == (30, 100, 100)


def test_a_backfill_that_did_not_end_has_no_rate() -> None:
    backfill = Backfill()
    for event in (started("b", "backfill"), progress(30, 100)):
        backfill.take(event)
    assert backfill.rows_per_second is None
    assert Backfill().rows_per_second is None
