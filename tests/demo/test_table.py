from __future__ import annotations

import json

import pytest

from pgwright.demo.table import document, lines
from tests.demo.outcomes import outcome


def test_the_object_has_exactly_these_keys() -> None:
    assert document(outcome()) == {
        "version": 1,
        "rows": 200_000,
        "plain": {"statements": 7437, "failed": 1655, "p99_ms": 1.13, "longest_stall_ms": 3002.7, "calm_stall_ms": 2.5},
        "pgwright": {
            "statements": 31165,
            "failed": 0,
            "p99_ms": 4.57,
            "longest_stall_ms": 41.2,
            "calm_stall_ms": 12.3,
            "rows_lost": 0,
            "backfill_rows_per_second": 51235,
            "resumed_after_kill": True,
            "rolled_back_once": True,
        },
    }
    json.dumps(document(outcome()))


def test_a_backfill_too_quick_to_measure_has_no_rate() -> None:
    assert document(outcome(rate=None))["pgwright"]["backfill_rows_per_second"] is None
    assert "too quick to measure" in "\n".join(lines(outcome(rate=None)))


def test_the_table_stands_side_by_side() -> None:
    table = lines(outcome())
    assert table[0].split() == ["plain", "SQL", "pgwright"]
    assert [line.split()[-1] for line in table if line.startswith("failed")] == ["0"]
    assert any(line.split() == ["longest", "stall", "3,003", "ms", "41.2", "ms"] for line in table)
    assert any("1,655 x read_user" in line and "42703" in line for line in table)
    assert "Longest stall of this machine while nothing was changed: 12.3 ms." in table
    assert all(line == line.rstrip() for line in table)


@pytest.mark.parametrize(("failed", "lost", "kept"), [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_the_promise(failed: int, lost: int, kept: bool) -> None:
    assert outcome(failed=failed, lost=lost).kept is kept
