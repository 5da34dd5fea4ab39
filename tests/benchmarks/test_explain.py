"""What the benchmark of `explain` counts: sums of times, findings, excuses, and advice that runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from benchmarks.support import conserving, large_plans, peer_rules, plan_readers, planting, reading
from benchmarks.support.conserving import OURS, Sums
from benchmarks.support.options import Options
from benchmarks.support.plan_readers import Issue, Reading
from benchmarks.support.planting import Case

from benchmarks import explain
from pgwright.base.errors import PgwrightError
from pgwright.diagnose.accounting.account import account
from pgwright.diagnose.query_plan.forms import json_
from tests.support import planted
from tests.support.databases import Database

SPILL = Issue(rule="disk_spill", suggestion="raise work_mem for this query")
HEAP = Issue(rule="index_only_heap_fetches", suggestion="VACUUM the table so that the scan skips the heap")


def case(sign: str, *said: Issue, planted: bool = True, others: frozenset[str] = frozenset()) -> Case:
    """A query of which dataxplan says these things, and pgwright the right one."""
    ours = (Issue(rule=sign, suggestion="VACUUM t"),) if planted else ()
    answers = {OURS: ours, "dataxplan": said}
    return Case(
        sign=sign,
        name=sign,
        planted=planted,
        others=others,
        said=answers,
        runnable={OURS: len(ours), "dataxplan": 0},
        errors={"dataxplan": "it stumbled"} if not said else {},
    )


def test_a_peer_finds_a_defect_by_any_rule_that_means_it() -> None:
    assert case("sort_on_disk", HEAP, SPILL).finds("dataxplan")
    assert not case("sort_on_disk", HEAP).finds("dataxplan")
    assert case("sort_on_disk").finds(OURS)


def test_a_false_finding_is_excused_by_another_defect_that_the_rule_means_too() -> None:
    assert case("sort_on_disk", SPILL, planted=False).finds("dataxplan")
    assert not case("sort_on_disk", SPILL, planted=False, others=frozenset({"hash_in_batches"})).finds("dataxplan")
    assert case("sort_on_disk", SPILL, planted=False, others=frozenset({"heap_fetches"})).finds("dataxplan")


def test_recall_and_precision_are_counted() -> None:
    cases = (case("sort_on_disk", SPILL), case("memoize_thrashes"), case("sort_on_disk", SPILL, planted=False))
    ours, theirs = planting.summary(cases, (OURS, "dataxplan")).rows
    assert ours == (OURS, "2 of 2", "2 of 2", "0 of 1", "100%", "2 of 2")
    assert theirs == ("dataxplan", "1 of 2", "1 of 1", "1 of 1", "50%", "0 of 2")
    assert list(planting.unread(cases)) == ["dataxplan could not read 1 of 3 planted plans, the first: it stumbled"]
    table = planting.by_sign(cases, (OURS, "dataxplan"))
    assert table.rows == (("memoize_thrashes", "1/1", "–"), ("sort_on_disk", "1/1", "1/1, 1 false"))


def test_every_peer_has_meanings_and_pgplan_is_told_apart_by_its_descriptions() -> None:
    assert set(peer_rules.MEANING) == set(plan_readers.VERSIONS)
    assert all(peer_rules.known(peer) for peer in peer_rules.MEANING)
    for description, rule in (
        ("Seq Scan on orders filters out 99.00% of rows (99 of 100)", "Seq Scan with Filter"),
        ("Index Scan on orders using i filters out 99.00% of rows (99 of 100)", "Index Scan Filter Inefficiency"),
        ("Temp I/O: read 3 blocks (24 kB), written 3 blocks (24 kB) on Sort", "Temp Block I/O"),
        ("Only 0 of 2 planned parallel workers launched on Gather", "Worker Launch Mismatch"),
        ("something new", "something new"),
    ):
        assert plan_readers.pgplan_rule(description) == rule


def test_a_reader_answers_line_by_line_and_a_complaint_is_told() -> None:
    answer = json.dumps({"ms": 1.5, "issues": [{"rule": "a", "suggestion": "b"}]})
    echo = [sys.executable, "-c", f"import sys\nfor line in sys.stdin: print({answer!r})"]
    read = plan_readers._by_lines(echo, [{"Plan": {}}, {"Plan": {}}])
    assert read == [Reading(ms=1.5, issues=(Issue(rule="a", suggestion="b"),))] * 2
    [failed] = plan_readers._by_lines([sys.executable, "-c", "raise SystemExit('no such thing')"], [{"Plan": {}}])
    assert failed.ms is None
    assert failed.error.endswith("no such thing")


def test_a_peer_that_cannot_be_installed_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(plan_readers, "CACHE", tmp_path)
    monkeypatch.setattr(plan_readers, "VERSIONS", plan_readers.NODE)
    monkeypatch.setenv("PATH", "/nonexistent")
    found, missing = plan_readers.peers()
    assert found == {}
    assert missing == [f"pev2 {plan_readers.NODE['pev2']} is not installed: there is no node here"]


def test_sums_are_right_within_two_percent_and_the_worst_are_named() -> None:
    sums = (
        Sums(name="seq", execution=100.0, accounted={OURS: 100.0, "pev2": 101.0}),
        Sums(name="init", execution=100.0, accounted={OURS: 99.0, "pev2": 200.0}),
        Sums(name="fk", execution=100.0, accounted={OURS: 100.0, "pev2": 10.0}),
    )
    table = conserving.summary({18: sums}, (OURS, "pev2", "pgplan"))
    assert table.rows == (
        ("pgwright, PostgreSQL 18", "3 of 3", "1.000", "0.99 (init)", "1.00 (seq)"),
        ("pev2, PostgreSQL 18", "1 of 3", "1.010", "0.10 (fk)", "2.00 (init)"),
    )
    assert conserving.telling(sums, (OURS, "pev2"), 18).rows[1] == ("init", "100.0 ms", "0.99", "2.00")


@pytest.mark.parametrize("nodes", [1, 30, 2000])
def test_the_generated_plan_has_its_size_and_adds_up(nodes: int) -> None:
    made = large_plans.generated(nodes)
    assert made == large_plans.generated(nodes), "always the same"
    found = account(json_.from_value([made]))
    assert len(found.plan.nodes) == nodes
    assert found.unexplained_ms < 0.01 * nodes
    assert found.accounted_ms == pytest.approx(found.execution_ms, rel=0.02, abs=0.5)


def test_a_plan_has_a_speed_and_a_form_that_is_not_read_has_none() -> None:
    speed = reading.of(json.dumps([large_plans.generated(30)]), 2)
    assert (speed.nodes, len(speed.together), len(speed.command)) == (30, 2, 2)
    assert speed.peak_mb > 10
    assert min(speed.command) > max(speed.read)
    with pytest.raises(PgwrightError, match="not read"):
        reading.of("no plan", 1)


def test_advice_runs_as_it_stands_or_not(database: Database) -> None:
    database.run("CREATE TABLE t (a int)")
    with database.connect() as connection:
        for text, expected in (
            ("CREATE INDEX ON t (a); ANALYZE t", True),
            ("VACUUM (ANALYZE) t", True),
            ("PREPARE p AS SELECT 1", True),
            ("PREPARE p AS SELECT 1; EXECUTE p", True),
            ("CREATE INDEX ON t (b)", False),
            ("run ANALYZE on the table", False),
            ("-- add a condition", False),
            ("", False),
        ):
            assert planting.runs(connection, text) is expected, text
    assert database.all("SELECT FROM pg_indexes WHERE schemaname = 'public'") == [], "it was rolled back"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_explain(monkeypatch: pytest.MonkeyPatch) -> None:
    corpora = planted.corpora()[::9]  # tests/diagnose/corpus runs them all
    monkeypatch.setattr(planted, "corpora", lambda: corpora)
    monkeypatch.setattr(plan_readers, "peers", lambda: ({}, ["no peers in this test"]))
    report = explain.measure(Options(rows=40, rounds=1))
    assert "no peers in this test" in report.skipped
    assert report.figures["ratios"]["18"]["seq"][OURS] == pytest.approx(1, abs=0.1)
    assert [goal.found for goal in report.goals if "planted" in goal.promise or "false" in goal.promise] == ["0", "0"]
