"""Indexes of a real server, read and judged; and for each that can go the server shows that the other one serves."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from pgwright.diagnose.indexes import Verdict, judged, reader
from pgwright.diagnose.indexes.verdicts import Judgement
from tests.diagnose.indexes.pairs import DIFFERENT, PAIRS, ROWS, TABLE
from tests.support.databases import Database


def found(database: Database) -> Judgement:
    with database.connect() as connection:
        return judged(reader.read(connection))


def said(verdict: Verdict) -> str:
    return f"{verdict.index.name} {verdict.kind} {verdict.kept.name if verdict.kept is not None else ''}".strip()


def serving(database: Database, query: str) -> str:
    """The plan of a query for which the server must take an index where it can."""
    with database.connect() as connection:
        connection.execute("SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0")
        return "\n".join(row[0] for row in connection.execute(f"EXPLAIN (COSTS OFF) {query}".encode()))


@pytest.mark.majors("all")
@pytest.mark.parametrize("case", PAIRS)
def test_one_of_two_can_go(database: Database, case: str) -> None:
    made, expected, query = PAIRS[case]
    database.run(TABLE + made)
    database.run(ROWS)
    database.run("VACUUM ANALYZE t")
    (verdict,) = found(database).verdicts
    assert said(verdict) == expected
    assert bool(verdict.caveats) == (verdict.kind == "redundant" or bool(verdict.index.constraint))
    assert verdict.bytes > 0
    assert verdict.kept is not None
    database.run(verdict.cure_sql)
    assert verdict.kept.name in serving(database, query)
    assert found(database).verdicts == ()


@pytest.mark.majors("all")
@pytest.mark.parametrize("case", DIFFERENT)
def test_two_that_differ_stay(database: Database, case: str) -> None:
    database.run(TABLE + DIFFERENT[case])
    assert found(database).verdicts == ()


@pytest.mark.majors(15, 18)
def test_the_stricter_rule_holds_the_looser_one(database: Database) -> None:
    database.run(TABLE + "CREATE UNIQUE INDEX one ON t (c); CREATE UNIQUE INDEX two ON t (c) NULLS NOT DISTINCT")
    assert [said(each) for each in found(database).verdicts] == ["one covered two"]


@pytest.mark.majors("all")
def test_a_rule_that_waits_is_the_looser_one(database: Database) -> None:
    database.run(TABLE + "ALTER TABLE t ADD CONSTRAINT one UNIQUE (a) DEFERRABLE; CREATE UNIQUE INDEX two ON t (a)")
    assert [said(each) for each in found(database).verdicts] == ["one covered two"]


@pytest.mark.majors("all")
def test_of_three_equal_ones_one_stays(database: Database) -> None:
    database.run(TABLE + "".join(f"CREATE INDEX i{n} ON t (b);" for n in range(3)))
    assert sorted(map(said, found(database).verdicts)) == ["i1 duplicate i0", "i2 duplicate i0"]


@pytest.mark.majors("all")
def test_what_is_kept_stays_itself(database: Database) -> None:
    """b goes for (b, c), and that one for (b, c, a): both verdicts name the one that stays."""
    database.run(TABLE + "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b, c); CREATE INDEX three ON t (b, c, a)")
    assert sorted(map(said, found(database).verdicts)) == ["one covered three", "two covered three"]


@pytest.mark.majors("all")
def test_invalid_ones_are_not_compared(database: Database) -> None:
    database.run(TABLE + "INSERT INTO t (a, b) VALUES (1, 1), (1, 1); CREATE INDEX one ON t (a)")
    with database.connect() as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY two ON t (a)")
    assert found(database).verdicts == ()


@pytest.mark.majors("all")
def test_what_a_foreign_key_rests_on_stays(database: Database) -> None:
    database.run(
        TABLE + "CREATE UNIQUE INDEX one ON t (a); CREATE TABLE u (a int REFERENCES t (a));"
        "ALTER TABLE t ADD CONSTRAINT two PRIMARY KEY (a)"
    )
    assert found(database).verdicts == ()


@pytest.mark.majors("all")
def test_names_may_be_as_odd_as_they_are(database: Database) -> None:
    database.run(
        'CREATE SCHEMA "É.s""x"; CREATE TABLE "É.s""x"."t\n1" ("Cöl.1" int);'
        'CREATE INDEX "i.1" ON "É.s""x"."t\n1" ("Cöl.1"); CREATE INDEX "i""2" ON "É.s""x"."t\n1" ("Cöl.1");'
        'ALTER TABLE "É.s""x"."t\n1" ADD CONSTRAINT "k;" UNIQUE ("Cöl.1")'
    )
    verdicts = found(database).verdicts
    assert sorted(map(said, verdicts)) == ['i"2 covered k;', "i.1 covered k;"]
    for verdict in verdicts:
        database.run(verdict.cure_sql)
    assert found(database).verdicts == ()


@pytest.mark.majors("all")
def test_a_locked_table_is_named_and_nobody_waits(database: Database) -> None:
    database.run(TABLE + "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b); CREATE TABLE u (x int)")
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK TABLE t")
        judgement = found(database)
        assert judgement.verdicts == ()
        assert "public.t locked" in judgement.notes[0]
    assert len(found(database).verdicts) == 1


@pytest.mark.majors("all")
def test_a_role_without_rights_sees_the_same(make_role: Callable[[str], str], database: Database) -> None:
    role = make_role("LOGIN")
    database.run(TABLE + "CREATE INDEX one ON t (b); CREATE INDEX two ON t (b)")
    with database.connect(user=role) as connection:
        snapshot = reader.read(connection)
    assert [said(each) for each in judged(snapshot).verdicts] == ["two duplicate one"]
