"""Columns that hang together: which are looked at, what a sample says, and what it must not say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pgwright.diagnose.advise.statistics import sampling
from pgwright.diagnose.advise.statistics.advising import found
from pgwright.diagnose.advise.statistics.candidates import Candidate, candidates
from pgwright.diagnose.advise.statistics.values import Measured, Seen
from tests.diagnose.advise.statistics.test_checks import estimated, made, seen
from tests.support.databases import Database

ADDRESSES = """
CREATE TABLE "Addr" (id int PRIMARY KEY, "ci%ty" text, zip int, free int);
INSERT INTO "Addr" SELECT n, 'c' || (n % 500) / 10, n % 500, (n * 7919) % 13 FROM generate_series(1, 50000) n;
"""
COMPARES = """SELECT * FROM "Addr" WHERE "ci%ty" = $1 AND zip = $2"""
GROUPS = """SELECT "ci%ty", zip, count(*) FROM "Addr" GROUP BY 1, 2"""
FREE = """SELECT * FROM "Addr" a WHERE a.free = $1 AND a.zip IN ($2, $3)"""


def measured(database: Database, there: Seen) -> Seen:
    with database.connect() as connection:
        results = [sampling.measure(connection, there, each, 60_000) for each in candidates(there)]
    assert [reason for _, reason in results if reason] == []
    return replace(there, measured=tuple(each for each, _ in results if each is not None))


@pytest.mark.majors("all")
def test_columns_that_hang_together(database: Database) -> None:
    made(database, ADDRESSES)
    statements = (COMPARES, GROUPS, FREE)
    there = seen(database, *statements)
    first, second = sorted(candidates(there), key=lambda each: each.columns)
    assert (first.columns, first.matching, first.grouping, first.statements) == (("ci%ty", "zip"), True, True, 2)
    assert (second.columns, second.matching, second.grouping) == (("free", "zip"), True, False)
    assert found(there) == (), "nothing is said before it was measured"
    (finding,) = found(measured(database, there))
    assert finding.evidence.fields["columns"] == ["ci%ty", "zip"]
    assert finding.evidence.fields["matching"] == pytest.approx(50, rel=0.2)
    query = """SELECT * FROM "Addr" WHERE "ci%ty" = 'c3' AND zip = 35"""
    assert estimated(database, query) < 10
    for statement in finding.cure_sql.splitlines():
        database.run(statement)
    assert estimated(database, query) == pytest.approx(100, rel=0.3)
    assert [each.columns for each in candidates(seen(database, *statements))] == [("free", "zip")]


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("b", "kinds", "actual"),
    [
        ("n % 40 / 4", "(mcv)", 1250),
        ("n % 400 / 4", "(dependencies)", 125),
        ("(n % 400 + n / 400 % 2) % 400", "(mcv)", 62),
    ],
)
def test_the_kind_is_the_one_that_helps(database: Database, b: str, kinds: str, actual: int) -> None:
    """Few combinations are all kept; of many, one column determines the other, or more of them have to be kept."""
    a = 40 if actual == 1250 else 400
    made(database, f"CREATE TABLE t (a int, b int); INSERT INTO t SELECT n % {a}, {b} FROM generate_series(1, 50000) n")
    (finding,) = found(measured(database, seen(database, "SELECT * FROM t WHERE a = $1 AND b = $2")))
    assert f"t_a_b_stats {kinds} ON a, b" in finding.cure_sql
    for statement in finding.cure_sql.splitlines():
        database.run(statement)
    value = database.one("SELECT min(b) FROM t WHERE a = 33")
    query = f"SELECT * FROM t WHERE a = 33 AND b = {value}"
    assert len(database.all(query)) == pytest.approx(actual, rel=0.02)
    assert estimated(database, query) == pytest.approx(actual, rel=0.5)


@pytest.mark.majors("all")
def test_what_lies_together_need_not_hang_together(database: Database) -> None:
    """Rows of one page have the same values, and the columns have nothing to do with each other."""
    made(
        database,
        "CREATE TABLE t (a int, b int, pad text); ALTER TABLE t ALTER pad SET STORAGE PLAIN;"
        "INSERT INTO t SELECT hashint4(n / 4) % 60, hashint4(-n / 4 - 1) % 60, repeat('x', 1900) "
        "FROM generate_series(0, 15999) n",
    )
    there = seen(database, "SELECT * FROM t WHERE a = $1 AND b = $2", "SELECT a, b FROM t GROUP BY a, b")
    assert sum(each.pages for each in there.tables.values()) > sampling.PAGES
    (only,) = measured(database, there).measured or ()
    assert 1000 < only.rows <= 4000
    assert only.matching is None or only.matching < 3
    assert found(measured(database, there)) == ()


@pytest.mark.majors("all")
def test_partitioned_tables_are_sampled_as_one(database: Database) -> None:
    made(
        database,
        "CREATE TABLE t (k int, a int, b int) PARTITION BY LIST (k); CREATE TABLE t0 PARTITION OF t FOR VALUES IN (0);"
        "CREATE TABLE t1 PARTITION OF t DEFAULT;"
        "INSERT INTO t SELECT n % 2, n % 300, n % 300 / 3 FROM generate_series(1, 40000) n",
    )
    there = seen(database, "SELECT * FROM t WHERE a = $1 AND b = $2")
    (finding,) = found(measured(database, there))
    assert finding.object == "public.t"


@pytest.mark.majors("all")
def test_a_role_that_may_not_read_gets_a_sentence(make_role: Callable[[str], str], database: Database) -> None:
    role = make_role("LOGIN")
    made(database, ADDRESSES)
    there = seen(database, COMPARES)
    (candidate,) = candidates(there)
    with database.connect(user=role) as connection:
        result, reason = sampling.measure(connection, there, candidate, 60_000)
        assert result is None
        assert "public.Addr was not sampled: permission denied" in reason
    with database.connect(user="postgres") as connection:
        result, reason = sampling.measure(connection, there, candidate, 1)
    assert result is None
    assert "not sampled" in reason


def test_unique_columns_tell_nothing_more(database: Database) -> None:
    made(database, ADDRESSES)
    assert candidates(seen(database, 'SELECT * FROM "Addr" WHERE id = $1 AND zip = $2')) == ()


def counts(rows: int, *pairs_and_values: float) -> tuple[float, ...]:
    return (rows, *pairs_and_values)


def test_chance_is_not_called_a_rule() -> None:
    both = Candidate(table=1, columns=("a", "b"), matching=True, grouping=True, statements=1, weight=1)
    few = sampling.judged(both, counts(1000, 10, 990, 10, 990, 8, 992))
    assert few == Measured(table=1, columns=("a", "b"), rows=1000, matching=None, groups=None, together=992, most=990)
    equal = sampling.judged(both, counts(1000, 99_000, 10, 99_000, 10, 99_000, 10))
    assert equal.matching == pytest.approx(999_000 / 99_000)
    assert equal.groups == 10
