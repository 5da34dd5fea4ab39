"""Unused indexes: what a count of zero says, and when it says nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from pgwright.diagnose.indexes import Snapshot, Usage, Verdict, judged, reader
from pgwright.diagnose.indexes.using import DAY, LONG
from pgwright.server.private import PrivateServer
from tests.support.databases import Database, Server

MADE = """
CREATE TABLE t (a int PRIMARY KEY, b int, c text);
INSERT INTO t SELECT n, n % 1000, 'v' || n FROM generate_series(1, 60000) n;
CREATE INDEX idle ON t (b, c);
"""


def old(database: Database) -> Snapshot:
    """What is there, as if the statistics were two months old, and the indexes too."""
    with database.connect() as connection:
        snapshot = reader.read(connection)
    indexes = {oid: replace(each, age=3 * LONG) for oid, each in snapshot.indexes.items()}
    return replace(snapshot, statistics_age=2 * LONG, indexes=indexes)


def counted(database: Database, rows: int) -> None:
    """Waits until all that was inserted is counted: servers tell each other with a delay."""
    while database.one("SELECT sum(n_tup_ins) FROM pg_stat_user_tables") < rows:
        time.sleep(0.1)


def names(snapshot: Snapshot, *usages: Usage) -> list[str]:
    return [each.index.name for each in judged(snapshot, usages).verdicts]


def only(snapshot: Snapshot, *usages: Usage) -> Verdict:
    (verdict,) = judged(snapshot, usages).verdicts
    return verdict


@pytest.mark.majors("all")
def test_what_nobody_reads_is_found(database: Database) -> None:
    database.run(MADE)
    counted(database, 60000)
    verdict = only(old(database))
    assert (verdict.index.name, verdict.kind, verdict.caveats) == ("idle", "unused", ())
    assert verdict.write.entries == 60000
    assert "in the 60 days" in verdict.reason
    database.run(verdict.cure_sql)
    assert names(old(database)) == []


@pytest.mark.majors("all")
def test_what_is_read_is_not(database: Database) -> None:
    database.run(MADE)
    database.run("SET enable_seqscan = off; SELECT c FROM t WHERE b = 7")
    snapshot = old(database)
    while not any(each.scans for each in snapshot.indexes.values()):
        snapshot = old(database)
    assert names(snapshot) == []
    if database.major >= 16:
        long_ago = {oid: replace(each, last_scan=1.5 * LONG) for oid, each in snapshot.indexes.items()}
        assert "for 45 days" in only(replace(snapshot, indexes=long_ago)).reason


@pytest.mark.majors("all")
def test_young_statistics_say_nothing(database: Database) -> None:
    database.run(MADE)
    snapshot = replace(old(database), statistics_age=3 * DAY)
    assert judged(snapshot).verdicts == ()
    assert "began 3.0 days ago" in judged(snapshot).notes[0]


@pytest.mark.majors("all")
def test_a_new_index_says_nothing(database: Database) -> None:
    database.run(MADE)
    snapshot = old(database)
    for young in ({"age": DAY}, {"age": None, "transactions": 50}):
        new = {oid: replace(each, **young) for oid, each in snapshot.indexes.items()}
        assert names(replace(snapshot, indexes=new)) == []
    unknown = {oid: replace(each, age=None, transactions=2_000_000) for oid, each in snapshot.indexes.items()}
    assert "2,000,000 transactions ago" in only(replace(snapshot, indexes=unknown)).caveats[0]


@pytest.mark.majors("all")
def test_another_server_may_read_it(database: Database) -> None:
    database.run(MADE)
    snapshot = old(database)
    idle = next(oid for oid, each in snapshot.indexes.items() if each.name == "idle")
    assert names(snapshot, Usage(name="replica", statistics_age=2 * LONG, scans={idle: 4})) == []
    assert names(snapshot, Usage(name="replica", statistics_age=2 * LONG, scans={idle: 0})) == ["idle"]
    assert names(snapshot, Usage(name="replica", statistics_age=DAY, scans={})) == []
    verdict = only(replace(snapshot, standbys=2), Usage(name="replica", statistics_age=2 * LONG, scans={}))
    assert "1 more server streams from here" in verdict.caveats[0]
    with database.connect() as connection:
        asked = reader.usage(connection, "itself")
    assert asked.scans[idle] == 0


@pytest.mark.majors("all")
def test_the_only_index_of_a_foreign_key_stays(database: Database) -> None:
    database.run("CREATE TABLE p (b int PRIMARY KEY); INSERT INTO p SELECT generate_series(0, 999);" + MADE)
    database.run("ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES p")
    assert names(old(database)) == []
    database.run("CREATE INDEX other ON t (b)")
    assert names(old(database)) == ["other"]  # the beginning of the first one


@pytest.mark.majors("all")
def test_what_others_go_for_is_needed(database: Database) -> None:
    database.run(MADE + "CREATE INDEX begins ON t (b)")
    snapshot = old(database)
    scans = {oid: replace(each, scans=9 * (each.name == "begins")) for oid, each in snapshot.indexes.items()}
    assert names(replace(snapshot, indexes=scans)) == ["begins"]


@pytest.mark.majors("all")
def test_statistics_of_an_expression_are_kept(database: Database) -> None:
    database.run(MADE + "DROP INDEX idle; CREATE INDEX idle ON t ((b % 7), lower(c)); ANALYZE t")
    query = "SELECT * FROM t WHERE b % 7 = 3"
    before = estimated(database, query)
    verdict = only(old(database))
    assert "ANALYZE keeps statistics of (b % 7), lower(c)" in verdict.caveats[0]
    with database.connect() as connection:
        for statement in verdict.cure_sql.split(";")[:-1]:
            connection.execute(statement.encode())
    assert estimated(database, query) == pytest.approx(before, rel=0.2)
    database.run("DROP STATISTICS idle_statistics, idle_statistics2")
    assert estimated(database, query) == 300  # half a percent: the planner knows nothing


def estimated(database: Database, query: str) -> float:
    return float(database.one(f"EXPLAIN (FORMAT JSON) {query}")[0]["Plan"]["Plan Rows"])


@pytest.mark.majors("all")
def test_of_partitions_all_count(database: Database) -> None:
    database.run(
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a);"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100000);"
        "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100000) TO (200000);"
        "CREATE INDEX idle ON t (b); INSERT INTO t SELECT n, n FROM generate_series(1, 199999) n"
    )
    counted(database, 199999)
    snapshot = old(database)
    assert only(snapshot).index.name == "idle"
    assert only(snapshot).write.entries == 199999
    second = {oid: replace(each, scans=each.name == "t2_b_idx") for oid, each in snapshot.indexes.items()}
    assert names(replace(snapshot, indexes=second)) == []


@pytest.mark.majors("all")
def test_a_partition_is_as_used_as_its_siblings(database: Database) -> None:
    database.run(
        "CREATE TABLE t (a int, b int) PARTITION BY RANGE (a);"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100000);"
        "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100000) TO (200000);"
        "CREATE INDEX one ON t1 (b); CREATE INDEX two ON t2 (b);"
        "INSERT INTO t SELECT n, n FROM generate_series(1, 199999) n"
    )
    snapshot = old(database)
    assert sorted(names(snapshot)) == ["one", "two"]
    second = {oid: replace(each, scans=each.name == "two") for oid, each in snapshot.indexes.items()}
    assert names(replace(snapshot, indexes=second)) == []


@pytest.mark.majors("all")
def test_statistics_begin_with_a_crash(server: Server) -> None:
    """15 and newer forget them and name no moment of a reset in pg_stat_database."""
    with PrivateServer(server.binaries) as own:
        (before,) = ask(own, "SELECT clock_timestamp()")
        own.crash()
        own.start()
        with psycopg.connect(own.dsn(), autocommit=True) as connection:
            age = reader.read(connection).statistics_age
        (since,) = ask(own, f"SELECT extract(epoch FROM clock_timestamp() - '{before}')::float8")
    assert 0 <= age <= since


def ask(own: PrivateServer, query: str) -> tuple[Any, ...]:
    with psycopg.connect(own.dsn(), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row
