"""What will come, and the settings that make it so: each is the other way round."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies as st

from pgwright.diagnose.autovacuum import Rates, Relation, Rules, Snapshot, course, due, pace, reader, target, thresholds
from pgwright.diagnose.autovacuum.formulas import exceeded, needed
from pgwright.diagnose.autovacuum.options import of_server, of_table
from tests.support.databases import Database

SERVER = {
    "autovacuum": "on",
    "track_counts": "on",
    "autovacuum_vacuum_threshold": "50",
    "autovacuum_vacuum_scale_factor": "0.2",
    "autovacuum_vacuum_insert_threshold": "1000",
    "autovacuum_vacuum_insert_scale_factor": "0.2",
    "autovacuum_analyze_threshold": "50",
    "autovacuum_analyze_scale_factor": "0.1",
    "autovacuum_freeze_max_age": "200000000",
    "autovacuum_multixact_freeze_max_age": "400000000",
    "autovacuum_vacuum_cost_limit": "-1",
    "vacuum_cost_limit": "200",
    "autovacuum_vacuum_cost_delay": "2",
    "vacuum_cost_delay": "0",
}


def table(**values: object) -> Relation:
    return Relation(oid=1, schema="public", name="t", **values)  # type: ignore[arg-type]


def test_single_precision_moves_large_thresholds() -> None:
    """50 + 0.07 × 300,000,000 is 21,000,050; a float4 has no odd numbers up there, and 0.07 is a bit less."""
    rules = Rules(scale_factor=0.07)
    assert thresholds(table(rows=300_000_000, rules=rules)).dead == 21_000_050
    assert thresholds(table(rows=300_000_016, rules=rules)).dead == 21_000_050
    assert needed(6_000_050.5) == 6_000_051
    assert needed(2.0**30) > 2**30 + 1
    assert exceeded(needed(2.0**30), 2.0**30)


def test_rules_of_a_table_are_its_own_or_the_servers() -> None:
    server = of_server(SERVER)
    assert server == Rules()
    own = {"autovacuum_vacuum_scale_factor": "0", "autovacuum_freeze_max_age": "300000000", "fillfactor": "90"}
    rules = of_table(server, own)
    assert (rules.scale_factor, rules.threshold, rules.freeze_max_age) == (0, 50, 200_000_000)
    assert rules.own == {"autovacuum_vacuum_scale_factor", "autovacuum_freeze_max_age"}
    assert rules.balanced
    assert not of_table(server, {"autovacuum_vacuum_cost_limit": "1000"}).balanced
    assert not of_table(server, {"autovacuum_enabled": "false"}).enabled
    assert not of_server(SERVER | {"track_counts": "off"}).enabled


def test_freezing_is_due_whatever_is_switched_off() -> None:
    off = Rules(enabled=False)
    assert due(table(rows=10, dead=1_000_000, rules=off)).vacuum == ""
    assert due(table(rows=10, xid_age=200_000_000, rules=off)).vacuum == ""
    assert due(table(rows=10, xid_age=200_000_001, rules=off)).vacuum == "freeze"
    assert due(table(rows=10, multixact_age=400_000_001, rules=off)).vacuum == "multixact"


def test_the_next_vacuum_is_brought_by_what_comes_first() -> None:
    relation = table(rows=10_000, dead=1000)
    rates = Rates(dead=1, inserted=0.1, modified=1.1)
    found = course(relation, rates, naptime=60)
    assert (found.vacuum_reason, found.vacuum_due, found.vacuum_latest) == ("dead", 1051, 1111)
    assert found.vacuum_every == 2051 + 30
    assert found.analyze_due == pytest.approx(1051 / 1.1)
    assert found.dead_most == 2051 + 60
    faster = course(relation, Rates(dead=1, inserted=100, modified=101), naptime=60)
    assert faster.vacuum_reason == "inserted"
    never = course(relation, Rates(dead=0, inserted=0, modified=0), naptime=60)
    assert (never.vacuum_due, never.vacuum_every, never.dead_most) == (None, None, 0)


def test_without_autovacuum_more_and_more_is_dead() -> None:
    found = course(table(rows=10, rules=Rules(enabled=False)), Rates(dead=1, inserted=0, modified=1), naptime=60)
    assert (found.vacuum_due, found.dead_most) == (None, None)


@hypothesis.given(
    st.integers(1, 2_000_000_000), st.floats(0.001, 0.5), st.floats(0, 10_000), st.integers(1, 600), st.floats(0, 5000)
)
def test_the_settings_keep_the_share(rows: int, share: float, dead: float, naptime: int, duration: float) -> None:
    relation, rates = table(rows=rows), Rates(dead=dead, inserted=0, modified=dead)
    found = target(relation, rates, share=share, naptime=naptime, duration=duration)
    if found.rules is None:
        assert "has to come first" in found.reason
        return
    limit = thresholds(relation, found.rules).dead
    assert limit is not None
    most = limit + dead * (naptime + duration)
    assert most <= rows * share / (1 - share) * 1.000001 + 1
    written = of_table(Rules(), dict(found.options))
    assert (written.scale_factor, written.threshold) == pytest.approx((found.rules.scale_factor, found.rules.threshold))


def test_a_large_table_gets_a_threshold_or_a_factor() -> None:
    rates = Rates(dead=10, inserted=0, modified=10)
    found = target(table(rows=100_000_000), rates, share=0.01, naptime=60)
    assert found.options == (("autovacuum_vacuum_scale_factor", "0.01"),)
    found = target(table(rows=100_000_000), rates, share=0.0001, naptime=60)
    assert found.options == (("autovacuum_vacuum_scale_factor", "0"), ("autovacuum_vacuum_threshold", "9400"))
    assert target(table(rows=1_000), Rates(dead=0, inserted=0, modified=0), share=0.3, naptime=60).options == ()
    off = of_table(Rules(), {"autovacuum_enabled": "off"})
    assert target(table(rows=1_000, rules=off), rates, share=0.5, naptime=1).options[0] == (
        "autovacuum_enabled",
        "true",
    )


def test_workers_share_what_they_may_do() -> None:
    snapshot = Snapshot(
        version=180000, statistics_age=1, active=True, naptime=60, workers=3, running=0, costs=(1, 2, 20),
        block_size=8192, databases=1, standby=False, rules=Rules(), relations={},
    )  # fmt: skip
    relation = table(rows=10, bytes=8192 * 1000, index_bytes=8192 * 500)
    alone, shared = pace(snapshot, relation, at_once=1), pace(snapshot, relation)
    assert alone.reading == 200 / 2 * 8192 * 500  # 400 MB/s
    assert alone.seconds == pytest.approx((1000 * 22 + 500 * 2) / 100_000)
    assert shared.seconds == pytest.approx(alone.seconds * 3, rel=0.02)
    own = table(rows=10, bytes=8192 * 1000, rules=Rules(balanced=False, cost_limit=200))
    assert pace(snapshot, own).at_once == 1
    assert pace(snapshot, table(rows=1, rules=Rules(cost_delay=0))).reading is None


@pytest.mark.majors("all")
def test_storage_parameters_are_read_as_they_were_typed(database: Database) -> None:
    database.run(
        "CREATE TABLE t (a text) WITH (autovacuum_enabled = 'fal', autovacuum_vacuum_threshold = '1e3', "
        "autovacuum_vacuum_scale_factor = '.5e-1', autovacuum_analyze_threshold = '0x64', "
        "autovacuum_vacuum_cost_limit = '3e2', toast.autovacuum_enabled = on, toast.autovacuum_freeze_max_age = '1e6')"
    )
    with database.connect() as connection:
        table, toast = sorted(reader.read(connection).relations.values(), key=lambda each: each.toast)
    assert not table.rules.enabled
    assert (table.rules.threshold, table.rules.scale_factor, table.rules.analyze_threshold) == (1000, 0.05, 100)
    assert (table.rules.cost_limit, table.rules.balanced) == (300, False)
    assert toast.rules.enabled
    assert (toast.rules.freeze_max_age, toast.rules.threshold) == (1_000_000, 50)
