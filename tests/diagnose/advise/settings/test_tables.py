"""Autovacuum table by table, and statements that spill."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgwright.diagnose.advise.settings import spilling, tables
from pgwright.diagnose.advise.settings.amounts import GB, MB
from pgwright.diagnose.autovacuum import Snapshot, reader
from pgwright.diagnose.autovacuum.options import of_table
from pgwright.workload.values import Pages, Statement
from tests.support.databases import Database

TABLE = """
CREATE TABLE "Großé.t" (id int, v text) WITH (fillfactor = 90);
"""


def seen(database: Database, **values: object) -> Snapshot:
    """What the server has, with the table as large and as busy as `values` say, for ten days."""
    with database.connect() as connection:
        snapshot = reader.read(connection)
    relations = {
        oid: replace(each, **({"rows": 50e6, "bytes": 5 * GB} | values))  # type: ignore[arg-type]
        for oid, each in snapshot.relations.items()
        if not each.toast
    }
    return replace(snapshot, relations=relations, statistics_age=864_000, naptime=60)


@pytest.mark.majors("all")
def test_a_large_table_gets_its_own_factor(database: Database) -> None:
    database.run(TABLE)
    snapshot = seen(database, total_updated=864_000 * 20)
    (advice,) = tables.advise(snapshot, 0.05)
    assert advice is not None
    assert advice.now.dead_share == pytest.approx(1 / 6, rel=0.02)
    assert advice.then is not None
    assert advice.then.dead_share is not None
    assert advice.then.dead_share <= 0.05
    assert advice.sql == 'ALTER TABLE public."Großé.t" SET (autovacuum_vacuum_scale_factor = 0.052);'
    database.run(advice.sql)
    (advice,) = tables.advise(seen(database, total_updated=864_000 * 20), 0.05)
    assert advice is None


@pytest.mark.majors("all")
def test_switched_off_is_switched_on(database: Database) -> None:
    database.run("CREATE TABLE t (id int) WITH (autovacuum_enabled = off)")
    snapshot = seen(database, total_deleted=864_000)
    (advice,) = tables.advise(snapshot, 0.05)
    assert advice is not None
    assert "autovacuum is off" in advice.finding.evidence.text
    assert "autovacuum_enabled = true" in advice.sql
    database.run(advice.sql)
    with database.connect() as connection:
        (again,) = reader.read(connection).relations.values()
    assert again.rules.enabled


@pytest.mark.majors("all")
def test_a_table_that_changes_fast_gets_a_pace_of_its_own(database: Database) -> None:
    database.run("CREATE TABLE t (id int)")
    busy = {"rows": 2e6, "bytes": 800 * MB, "total_updated": 864_000 * 1500}
    (advice,) = tables.advise(seen(database, **busy), 0.05)
    assert advice is not None
    assert dict(advice.options)["autovacuum_vacuum_cost_limit"] == "2000"
    assert advice.then is not None
    assert advice.then.dead_share is not None
    assert advice.then.dead_share <= 0.05
    database.run(advice.sql)
    (advice,) = tables.advise(seen(database, **busy), 0.05)
    assert advice is None


def test_what_no_setting_helps_is_said(database: Database) -> None:
    database.run("CREATE TABLE t (id int)")
    (advice,) = tables.advise(seen(database, total_updated=864_000 * 1_000_000), 0.05)
    assert advice is not None
    assert advice.then is None
    assert advice.sql == ""
    assert "naptime" in advice.reason


def test_quiet_and_small_tables_are_fine(database: Database) -> None:
    database.run("CREATE TABLE t (id int)")
    assert list(tables.advise(seen(database), 0.05)) == [None]
    assert list(tables.advise(seen(database, bytes=MB, total_updated=10**9), 0.05)) == []
    young = replace(seen(database), statistics_age=60)
    assert "Counting began 1 minutes ago" in tables.told_by_rates(young)
    assert "standby" in tables.told_by_rates(replace(young, standby=True))


@pytest.mark.majors("all")
def test_a_toast_table_is_set_by_its_table(database: Database) -> None:
    database.run("CREATE TABLE t (id int, v text)")
    with database.connect() as connection:
        snapshot = reader.read(connection)
    relations = {
        oid: replace(each, rows=20e6, bytes=20 * GB, total_deleted=864_000 * each.toast)
        for oid, each in snapshot.relations.items()
    }
    found = [
        each for each in tables.advise(replace(snapshot, relations=relations, statistics_age=864_000), 0.05) if each
    ]
    assert [each.table for each in found] == ["public.t"]
    assert found[0].sql.startswith("ALTER TABLE public.t SET (toast.autovacuum_vacuum_scale_factor = ")
    database.run(found[0].sql)
    with database.connect() as connection:
        toast = next(each for each in reader.read(connection).relations.values() if each.toast)
    assert of_table(toast.rules, toast.options).scale_factor == toast.rules.scale_factor < 0.06


def statement(written: int, calls: int = 10, **values: object) -> Statement:
    return Statement(
        text="SELECT * FROM t ORDER BY v",
        key="k",
        kind="SelectStmt",
        calls=calls,
        pages=Pages(temp_written=written),
        **values,  # type: ignore[arg-type]
    )


def test_statements_that_spill_are_named_with_an_interval() -> None:
    (found,) = spilling.advise([statement(12_800, users=('ap"p',)), statement(0), statement(20, calls=9)], 4 * MB)
    assert (found.written, found.low, found.high) == (10 * MB, 10 * MB, 40 * MB)
    assert found.sql.splitlines() == [
        "SET LOCAL work_mem = '40MB'; -- in the transaction that runs it",
        """-- or for all that it does: ALTER ROLE "ap""p" SET work_mem = '40MB';""",
    ]
    long = replace(statement(12_800), text=f"SELECT '{'x' * 500}'")
    (finding,) = (each.finding for each in spilling.advise([long], 4 * MB))
    assert len(finding.object) < 60
    assert finding.evidence.fields["statement"] == long.text
    (huge,) = spilling.advise([statement(1_280_000)], 4 * MB)
    assert huge.sql == ""
    assert spilling.advise([replace(statement(1), pages=None)], 4 * MB) == ()
