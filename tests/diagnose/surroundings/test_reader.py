"""What is read around a plan: names as odd as they may be, and no more than somebody asks for."""

from __future__ import annotations

import time

import pytest

from pgwright.diagnose.asking.explain import Way, explain
from pgwright.diagnose.diagnosis import diagnose
from pgwright.diagnose.surroundings import reader
from tests.support.counters import loaded
from tests.support.databases import Database

ODD = """
CREATE SCHEMA "my.shop";
CREATE TABLE "my.shop"."Com.man""des" (id int, "St at" text, n int) PARTITION BY RANGE (n);
CREATE TABLE "my.shop"."p.1" PARTITION OF "my.shop"."Com.man""des" FOR VALUES FROM (0) TO (50);
CREATE TABLE "my.shop"."p.2" PARTITION OF "my.shop"."Com.man""des" FOR VALUES FROM (50) TO (100) PARTITION BY LIST (id);
CREATE TABLE "my.shop"."p..2" PARTITION OF "my.shop"."p.2" DEFAULT;
INSERT INTO "my.shop"."Com.man""des"
SELECT n, CASE WHEN n % 5000 = 0 THEN 'W' ELSE 'D' END, n % 100 FROM generate_series(1, 100000) n;
ANALYZE "my.shop"."Com.man""des";
"""


@pytest.mark.majors("all")
def test_partitions_of_odd_names_are_one_table(database: Database) -> None:
    database.run(ODD)
    with database.connect() as connection:
        query = """SELECT * FROM "my.shop"."Com.man""des" x WHERE "St at" = 'W'"""
        plan = explain(connection, query, Way(settings=(("max_parallel_workers_per_gather", "0"),)))
        around = reader.read(connection, plan)
    assert around.relations["my.shop", "p..2"].parent == ("my.shop", "p.2")
    assert around.relations["my.shop", "p.2"].parent == ("my.shop", 'Com.man"des')
    (found,) = diagnose(plan, around).found
    assert found.finding.cure_sql == 'CREATE INDEX ON "my.shop"."Com.man""des" ("St at");'
    database.run(found.finding.cure_sql)


@pytest.mark.majors("all")
def test_common_values_are_read_of_columns_that_are_compared(database: Database) -> None:
    """A plan of a thousand partitions would have hundreds of megabytes of them."""
    database.run(
        'CREATE TABLE t (a text, "B b" text, c text); INSERT INTO t SELECT n % 5, n % 5, n % 5 '
        "FROM generate_series(1, 5000) n; ANALYZE t"
    )
    with database.connect() as connection:
        plan = explain(connection, """SELECT * FROM t WHERE a = '1' AND "B b" <> '2'""")
        columns = reader.read(connection, plan).relations["public", "t"].by_name
    assert set(columns["a"].common) == set(columns["B b"].common) == {"0", "1", "2", "3", "4"}
    assert columns["c"].common == {}
    assert columns["c"].analyzed


@pytest.mark.majors("all")
def test_what_a_session_wrote_before_its_analyze_has_not_changed_since(database: Database) -> None:
    """The server counts it afterwards."""
    loaded(database, "t", rows=20000)
    assert _changed(database) == 0
    database.run("INSERT INTO t SELECT generate_series(1, 5000)")
    while database.one("SELECT n_mod_since_analyze FROM pg_stat_user_tables") < 25000:
        time.sleep(0.1)
    assert _changed(database) == pytest.approx(5000, abs=200)


def _changed(database: Database) -> int:
    with database.connect() as connection:
        plan = explain(connection, "SELECT * FROM t")
        return reader.read(connection, plan).relations["public", "t"].modified
