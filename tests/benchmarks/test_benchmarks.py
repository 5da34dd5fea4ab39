"""Every benchmark runs, as small as it can be, so that it does not rot. Its figures mean nothing here."""

from __future__ import annotations

import pytest
from benchmarks.support import pgroll
from benchmarks.support.options import Options
from benchmarks.support.report import Report

from benchmarks import backfill, bigint, clone, health, matrix, memory, overhead, peer, planning, stall, ten_million
from pgwright.base.errors import Refused
from tests.support.selection import in_ci

TINY = Options(rows=2_000, rounds=1, clients=2, hold=0.3, calm=0.3)


def promises(report: Report, word: str) -> list[str]:
    """What was found of the goals that speak of `word`."""
    return [goal.found for goal in report.goals if word in goal.promise]


@pytest.mark.long
def test_stall() -> None:
    report = stall.measure(TINY)
    names = [row[0] for row in report.tables[0].rows]
    assert {"no change", "rename by plain SQL", "rename by pgwright"} <= set(names)
    assert set(promises(report, "failed")) == {"0"}
    [plain] = report.figures["rename plain SQL"]
    assert plain["failed"] > 0, "the old version fails once its name is gone"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_matrix() -> None:
    report = matrix.measure(TINY)
    names = [row[0] for row in report.tables[0].rows]
    assert {f"{change.name} by pgwright" for change in matrix.CHANGES} <= set(names), report.skipped
    assert set(promises(report, "failed")) == {"0"}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_clone() -> None:
    pytest.importorskip("duckdb", reason="the generator of TPC-H and TPC-DS is not installed")
    report = clone.measure(Options(rows=60_000))
    assert [len(table.rows) for table in report.tables][0::2] == [12, 6]
    assert all(ratio > 0.5 for ratio in report.figures["tpcds, PostgreSQL 18"]["ratios"])


def test_planning() -> None:
    report = planning.measure(Options(rows=100, rounds=1))
    assert report.figures["operations"] == 100
    assert len(report.goals) == 1


@pytest.mark.long
def test_overhead() -> None:
    report = overhead.measure(Options(rows=400, rounds=1))
    assert [len(table.rows) for table in report.tables] == [16, 16]
    assert len(report.goals) == 8


@pytest.mark.long
def test_backfill() -> None:
    report = backfill.measure(Options(rows=4_000, rounds=1))
    assert [len(table.rows) for table in report.tables] == [5, 2]
    assert len(report.goals) == 4


@pytest.mark.long
def test_health() -> None:
    report = health.measure(Options(rows=200, rounds=1))
    assert [row[0] for row in report.tables[0].rows] == [
        "psql, ten queries", "pgwright, first look", "pgwright, second look",
    ]  # fmt: skip
    assert len(report.goals) == 2


@pytest.mark.long
def test_memory() -> None:
    report = memory.measure(Options(rows=2_000))
    assert len(report.tables[0].rows) == 2 + 3 * len(memory.VERBS)
    assert len(report.goals) == 3


@pytest.mark.long
def test_bigint() -> None:
    report = bigint.measure(TINY)
    assert report.tables[0].head == ("", "no change", "plain SQL", "pgwright")
    assert promises(report, "rows lost") == ["0"]
    assert promises(report, "failed") == ["0"]


def test_ten_million_looks_for_room_first() -> None:
    with pytest.raises(Refused, match=r"rows need about .* GB in .*, and .* GB are free"):
        ten_million.measure(Options(rows=10**12))


@pytest.mark.long
def test_ten_million() -> None:
    report = ten_million.measure(TINY)
    assert report.tables[0].head == ("", "no change", "by hand", "pgwright")
    assert promises(report, "rows lost") == ["0"]
    assert report.figures["pgwright"]["filled"] >= 2_000
    assert report.figures["by hand"]["differing"] == 0


@pytest.mark.long
@pytest.mark.timeout(1500)  # pgroll is built once for a checkout, where Go is
def test_peer() -> None:
    if in_ci() and not pgroll.program().exists():
        pytest.skip("pgroll was not built here before")
    report = peer.measure(TINY)
    if not report.tables:
        assert report.skipped, "what was tried is said"
        return
    assert set(promises(report, "rename")) == {"0"}
    assert any("pgroll" in row[0] for row in report.tables[0].rows)
