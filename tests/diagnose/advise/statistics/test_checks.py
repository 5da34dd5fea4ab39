"""Statistics of real tables: what is wrong is found, the cure runs, and then it is not found any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from pgwright.base.finding import Finding
from pgwright.diagnose.advise.statistics import compared, reader
from pgwright.diagnose.advise.statistics.advising import found
from pgwright.diagnose.advise.statistics.values import Seen
from pgwright.workload.values import Statement
from tests.support.counters import loaded
from tests.support.databases import Database


def seen(database: Database, *statements: str, user: str = "postgres") -> Seen:
    with database.connect(user=user) as connection:
        there = reader.read(connection)
        if not statements:
            return there
        asked, failed = compared.ask(connection, [as_statement(each) for each in statements], there.tables)
    assert failed == 0
    return replace(there, compared=asked)


def as_statement(text: str) -> Statement:
    return Statement(text=text, key=text, kind=f"{text.split()[0].capitalize()}Stmt", calls=10)


def findings(database: Database, *statements: str) -> list[tuple[str, str]]:
    return sorted((each.name, each.object) for each in found(seen(database, *statements)))


def the_one(database: Database, *statements: str) -> Finding:
    (only,) = found(seen(database, *statements))
    return only


def cured(database: Database, finding: Finding) -> None:
    for statement in finding.cure_sql.splitlines():
        database.run(statement)
    settled(database)


def counted(database: Database, table: str, rows: int) -> None:
    """Waits until the server has counted all changes."""
    while database.one("SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relname = %s", table) < rows:
        time.sleep(0.1)


def made(database: Database, script: str) -> None:
    """Runs a script, and analyzes all tables when their rows are counted: a session that does both counts its rows
    after its ANALYZE."""
    database.run(script)
    tables = "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind "
    for (table,) in database.all(f"{tables} = 'r'"):
        rows = database.one(f"SELECT count(*) FROM {table}")
        while database.one("SELECT pg_stat_get_tuples_inserted(%s::regclass)", table) < rows:
            time.sleep(0.1)
    for (table,) in database.all(f"{tables} IN ('r', 'p')"):
        database.run(f"ANALYZE {table}")
    settled(database)


def settled(database: Database) -> None:
    """Waits until the server knows that all is analyzed."""
    while database.one("SELECT sum(n_mod_since_analyze) FROM pg_stat_user_tables"):
        time.sleep(0.1)


def estimated(database: Database, query: str) -> float:
    return float(database.one(f"EXPLAIN (FORMAT JSON) {query}")[0]["Plan"]["Plan Rows"])


@pytest.mark.majors("all")
def test_a_table_without_statistics(database: Database) -> None:
    database.run("CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 5000); CREATE TABLE small (a int)")
    counted(database, "t", 5000)
    finding = the_one(database)
    assert (finding.name, finding.object) == ("missing_statistics", "public.t")
    assert "5,000 rows" in finding.evidence.text
    cured(database, finding)
    assert findings(database) == []


@pytest.mark.majors("all")
def test_a_partitioned_table_is_analyzed_by_nobody(database: Database) -> None:
    database.run(
        'CREATE TABLE "P é" (a int) PARTITION BY RANGE (a); CREATE TABLE p0 PARTITION OF "P é" FOR VALUES FROM (0) TO '
        '(50000); CREATE TABLE p1 PARTITION OF "P é" FOR VALUES FROM (50000) TO (1000000);'
        'INSERT INTO "P é" SELECT generate_series(0, 19999)'
    )
    counted(database, "p0", 20000)
    database.run("ANALYZE p0; ANALYZE p1")
    settled(database)
    finding = the_one(database)
    assert (finding.name, finding.object) == ("missing_statistics", "public.P é")
    assert "timer" in finding.why
    cured(database, finding)
    assert findings(database) == []
    database.run('INSERT INTO "P é" SELECT generate_series(50000, 99999)')
    counted(database, "p1", 50000)
    database.run("ANALYZE p1")
    settled(database)
    finding = the_one(database)
    assert (finding.name, finding.object) == ("stale_statistics", "public.P é")
    assert "had 20,000 rows, and its partitions have 70,000 now" in finding.evidence.text
    cured(database, finding)
    assert findings(database) == []


@pytest.mark.majors("all")
def test_a_table_that_has_changed(database: Database) -> None:
    database.run(
        "CREATE TABLE t (a int) WITH (autovacuum_enabled = off); INSERT INTO t SELECT generate_series(1, 30000)"
    )
    counted(database, "t", 30000)
    database.run("ANALYZE t")
    settled(database)
    assert findings(database) == []
    database.run("UPDATE t SET a = a WHERE a <= 12000")
    counted(database, "t", 42000)
    finding = the_one(database)
    assert (finding.name, finding.severity) == ("stale_statistics", "warning")
    assert finding.evidence.text.startswith("12,000 rows have changed since the last ANALYZE a moment ago")
    assert "switched off" in finding.why
    cured(database, finding)
    assert findings(database) == []


@pytest.mark.majors("all")
def test_what_a_session_wrote_before_its_analyze_has_not_changed_since(database: Database) -> None:
    """The server counts it afterwards."""
    loaded(database, "t", "u", rows=30000)
    assert findings(database) == []
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK t, u")
        assert len(findings(database)) == 2  # nobody waits for it, and then it cannot be told
    database.run("INSERT INTO t SELECT generate_series(1, 30000); CREATE INDEX ON t (a)")  # which counts its rows again
    database.run("UPDATE u SET a = a")
    counted(database, "t", 60000)
    counted(database, "u", 60000)
    assert findings(database) == [("stale_statistics", "public.t"), ("stale_statistics", "public.u")]


@pytest.mark.majors("all")
def test_what_a_role_may_not_read_is_not_called_missing(make_role: Callable[[str], str], database: Database) -> None:
    role = make_role("LOGIN")
    database.run("CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 5000); ANALYZE t")
    database.run("SELECT pg_stat_reset()")  # so that only the statistics themselves tell
    there = seen(database, user=role)
    assert found(there) == ()
    assert [each.readable for each in there.tables.values()] == [False]
    assert findings(database) == []


ZIPF = """
CREATE TABLE t (id int, v int, flat int);
INSERT INTO t SELECT n, (20000 ^ (n / 200000.0))::int, n % 5000 FROM generate_series(1, 200000) n;
"""


@pytest.mark.majors("all")
def test_a_column_of_which_too_little_is_kept(database: Database) -> None:
    made(database, ZIPF)
    finding = the_one(database)
    assert (finding.name, finding.object) == ("coarse_statistics", "public.t.v")
    assert finding.cure_sql.startswith("ALTER TABLE public.t ALTER COLUMN v SET STATISTICS 1000;")
    query = "SELECT * FROM t WHERE v = 150"
    actual = database.one("SELECT count(*) FROM t WHERE v = 150")
    assert estimated(database, query) < actual / 5
    cured(database, finding)
    assert estimated(database, query) == pytest.approx(actual, rel=0.5)
    assert findings(database) == []


@pytest.mark.majors("all")
def test_of_columns_that_nobody_compares_nothing_is_said(database: Database) -> None:
    made(database, ZIPF)
    assert findings(database, "SELECT * FROM t WHERE flat = $1") == []
    assert findings(database, "SELECT * FROM t WHERE v = $1") == [("coarse_statistics", "public.t.v")]


PEOPLE = """
CREATE TABLE "People" (id int, "Na%me" text, born timestamptz);
INSERT INTO "People" SELECT n, 'N' || n, now() - n * interval '1 hour' FROM generate_series(1, 20000) n;
CREATE VIEW adults AS SELECT * FROM "People" p WHERE born < now();
"""


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("statement", "query"),
    [
        (
            'SELECT * FROM "People" AS x WHERE lower(x."Na%me") = $1',
            'SELECT * FROM "People" WHERE lower("Na%me") = \'n5\'',
        ),
        (
            "SELECT * FROM adults WHERE lower(\"Na%me\") = 'n' || $1",
            'SELECT * FROM "People" WHERE lower("Na%me") = \'n5\'',
        ),
        ('DELETE FROM "People" WHERE id % 10000 = $1', 'SELECT * FROM "People" WHERE id % 10000 = 5'),
    ],
)
def test_an_expression_that_is_compared(database: Database, statement: str, query: str) -> None:
    made(database, PEOPLE)
    finding = the_one(database, statement)
    assert finding.name == "expression_without_statistics"
    assert estimated(database, query) == 100  # half a percent
    cured(database, finding)
    assert estimated(database, query) <= 2
    assert findings(database, statement) == []


@pytest.mark.majors("all")
def test_an_index_on_an_expression_keeps_statistics_of_it(database: Database) -> None:
    made(database, PEOPLE + 'CREATE INDEX ON "People" (lower("Na%me"))')
    assert findings(database, 'SELECT * FROM "People" WHERE lower("Na%me") = $1') == []


@pytest.mark.majors("all")
def test_partitions_are_their_table(database: Database) -> None:
    made(
        database,
        "CREATE TABLE t (a int, v text) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO "
        "(10000); CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10000) TO (30000);"
        "INSERT INTO t SELECT n, 'V' || n FROM generate_series(0, 29999) n",
    )
    statement = "SELECT * FROM t WHERE lower(v) = $1"
    finding = the_one(database, statement)
    assert finding.object == "public.t"
    cured(database, finding)
    assert findings(database, statement) == []


@pytest.mark.majors("all")
def test_what_cannot_be_planned_is_counted(database: Database) -> None:
    with database.connect() as connection:
        there = reader.read(connection)
        statements = [as_statement(each) for each in ("SELECT * FROM gone", "SELECT 1 / 0", "SELECT 1")]
        assert compared.ask(connection, statements, there.tables) == ((), 2)


def test_nobody_waits_long_for_a_table_that_is_held(database: Database) -> None:
    database.run("CREATE TABLE t (a int)")
    statements = [as_statement(f"SELECT * FROM t WHERE a = {number}") for number in range(9)]
    with database.connect() as connection, database.connect(autocommit=False) as holder:
        there = reader.read(connection)
        holder.execute("LOCK TABLE t")
        assert compared.ask(connection, [*statements, as_statement("SELECT 1")], there.tables) == ((), 10)
        holder.rollback()
        assert compared.ask(connection, statements, there.tables)[1] == 0
