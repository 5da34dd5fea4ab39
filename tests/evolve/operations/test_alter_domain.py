"""ALTER DOMAIN: constraints without a SHARE lock on every table that uses it, and what has no such form refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright import op
from pgwright.base.errors import LockNotObtained, MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.lifecycle import QUICK

DOMAIN = 'CREATE DOMAIN "l\'un" AS int DEFAULT 7;\nCREATE DOMAIN deux AS "l\'un";\n'
TABLES = """CREATE TABLE t (id bigint, "a b" "l'un", c deux);
CREATE TABLE p (id bigint, x "l'un") PARTITION BY HASH (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0);
"""
ROWS = """INSERT INTO t SELECT i, i, i FROM generate_series(1, 50) i;
INSERT INTO p SELECT i, i FROM generate_series(1, 9) i;
"""
USED = DOMAIN + TABLES + ROWS + "CREATE MATERIALIZED VIEW m AS SELECT x FROM p;\n"
ADD = 'ALTER DOMAIN "l\'un" ADD CONSTRAINT k CHECK (VALUE + 0 > 0);\n'
NOT_VALID = ADD.replace(";", " NOT VALID;")
RAW = "-- pgwright: allow = raw_sql\n"
WORK = ("INSERT INTO t VALUES (%(n)s, 1, 2)", "UPDATE t SET c = 3 WHERE id = %(k)s", "INSERT INTO p VALUES (%(n)s, 5)")
CASES = (
    Change(name="add", setup=USED, migration=ADD, native=NOT_VALID, old=WORK, new=WORK),
    Change(name="add_without_a_name", setup=USED, migration=ADD.replace("CONSTRAINT k ", ""),
           native=NOT_VALID.replace("CONSTRAINT k ", "")),
    Change(name="add_where_nobody_has_rows", setup=DOMAIN + TABLES, migration=ADD),
    Change(name="add_not_valid", setup=USED, migration=NOT_VALID),
    Change(name="add_as_typed", setup=USED, migration=RAW + ADD),
    Change(name="validate_where_nobody_has_rows", setup=DOMAIN + TABLES + NOT_VALID,
           migration='ALTER DOMAIN "l\'un" VALIDATE CONSTRAINT k;'),
    Change(name="drop_one_that_is_not_valid", setup=USED + NOT_VALID,
           migration='ALTER DOMAIN "l\'un" DROP CONSTRAINT k;'),
    Change(name="drop_where_nobody_has_rows", setup=DOMAIN + TABLES + ADD,
           migration='ALTER DOMAIN "l\'un" DROP CONSTRAINT k;'),
    Change(name="set_default", setup=USED, migration='ALTER DOMAIN "l\'un" SET DEFAULT 8 + 1;'),
    Change(name="drop_default", setup=USED, migration='ALTER DOMAIN "l\'un" DROP DEFAULT;'),
    Change(name="set_not_null_where_nobody_has_rows", setup=DOMAIN + TABLES,
           migration="ALTER DOMAIN deux SET NOT NULL;"),
    Change(name="drop_not_null", setup=DOMAIN + TABLES + "ALTER DOMAIN deux SET NOT NULL;",
           migration="ALTER DOMAIN deux DROP NOT NULL;"),
)  # fmt: skip


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    """VALIDATE has no way back that would make it NOT VALID again."""
    if case.name.startswith("validate"):
        life = Changing(change=case, database=make_database(), folder=tmp_path)
        life.prepare()
        life.expand()
        assert life.database.one("SELECT convalidated FROM pg_constraint WHERE conname = 'k'") is True
        return
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(USED), ADD)
    assert outline(plan) == [
        "look1 look verify ACCESS SHARE",
        "look2 look verify ACCESS SHARE",
        "look3 look verify ACCESS SHARE",
        "look4 look verify ACCESS SHARE",
        "add expand instant -",
        "again verify verify ACCESS SHARE",
        "undo rollback cutover -",
    ]
    query = 'SELECT * FROM ONLY public.t WHERE NOT ((((("a b")::integer) + 0) > 0))'
    assert plan.steps[0].statements == (query,)
    said = "\n".join(only(plan).hazards)
    assert "stays NOT VALID in the catalog" in said
    assert "public.t, public.p1, public.m" in said


@pytest.mark.majors(14, 18)
def test_plan_as_typed_shows_every_lock(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(USED), RAW + ADD)
    assert outline(plan)[0] == "set expand instant SHARE"
    assert sorted(str(lock.relation) for lock in plan.steps[0].locks) == ["public.m", "public.p1", "public.t"]
    assert len(plan.steps[0].scans) == 3


@pytest.mark.majors("all")
def test_values_that_break_it_are_counted_before_anything_starts(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    setup = USED + "UPDATE t SET c = -id WHERE id < 4;"
    life = Changing(change=Change(name="x", setup=setup, migration=ADD), database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Refused, match=r"3 rows of public\.t where c breaks k") as caught:
        life.expand()
    assert "See them all: SELECT * FROM ONLY public.t" in caught.value.hint
    assert life.state == "rolled back"


@pytest.mark.majors("all")
def test_a_value_of_a_transaction_that_was_at_work(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """It was written before the constraint was there, and is committed after it: the second look waits for it."""
    life = Changing(change=Change(name="x", setup=USED, migration=ADD), database=make_database(), folder=tmp_path)
    life.prepare()
    with psycopg.connect(life.database.dsn) as late:

        def gate(step: str) -> None:
            if step.endswith(".add"):
                late.execute("INSERT INTO t VALUES (1, -1, 1)")

        life.gate = gate
        life.execute = type(QUICK)(lock_pause=0.02, lock_budget=0.5, heartbeat=0.5, backfill_patience=30.0)
        with pytest.raises(LockNotObtained, match="transactions that were at work"):
            life.expand()
        life.gate = None
        late.commit()
    with pytest.raises(Refused, match=r"1 rows of public\.t where a b breaks k: they were written meanwhile"):
        life.expand()
    assert life.database.one("SELECT count(*) FROM pg_constraint WHERE conname = 'k'") == 0
    life.database.run('DELETE FROM t WHERE "a b" = -1')
    life.expand()
    assert life.state == "expanded"


@pytest.mark.majors("all")
@pytest.mark.parametrize("text", ['ALTER DOMAIN "l\'un" VALIDATE CONSTRAINT k;', "ALTER DOMAIN deux SET NOT NULL;"])
def test_what_has_no_other_form_is_refused(make_database: Callable[..., Database], text: str) -> None:
    database = make_database(USED + NOT_VALID)
    with pytest.raises(Refused, match="reads every table that uses it") as caught:
        planned(database, text)
    assert caught.value.exit_code == 6
    assert "public.t would be locked in SHARE mode" in caught.value.reasons[0]
    assert "SHARE" in "\n".join(outline(planned(database, RAW + text)))


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    "within",
    [
        'CREATE TABLE w (x "l\'un"[]);',
        "CREATE TYPE c AS (x deux); CREATE TABLE w (x c);",
        'CREATE TYPE r AS RANGE (subtype = "l\'un"); CREATE TABLE w (x r[]);',
        "CREATE TABLE w (x t);",
    ],
)
def test_inside_of_another_type(make_database: Callable[..., Database], within: str) -> None:
    """PostgreSQL refuses to prove it, and so does the plan; NOT VALID is no proof."""
    database = make_database(USED + within)
    with pytest.raises(MigrationFileError, match=r'because column "public\.w\.x" uses it'):
        planned(database, ADD)
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        database.run(ADD)
    assert outline(planned(database, NOT_VALID))[0] == "add expand instant -"


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER DOMAIN perdu DROP NOT NULL;", 'there is no domain "perdu"'),
        (ADD.replace("VALUE + 0", "VALUE || 'x'"), "operator does not exist|invalid input syntax"),
        (ADD.replace("VALUE + 0", "perdu"), 'column "perdu" does not exist'),
        ("ALTER DOMAIN deux DROP CONSTRAINT perdu;", 'constraint "perdu" of domain "public.deux" does not exist'),
        ("ALTER DOMAIN deux SET DEFAULT 'x';", "invalid input syntax"),
        (ADD + ADD, 'constraint "k" for domain'),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(USED), text)


def test_what_rollback_cannot_bring_back_is_said(make_database: Callable[..., Database]) -> None:
    database = make_database(USED + ADD + 'ALTER DOMAIN "l\'un" SET NOT NULL;')
    plan = planned(database, 'ALTER DOMAIN "l\'un" DROP CONSTRAINT k;')
    assert "rollback brings k back NOT VALID" in only(plan).hazards[1]
    plan = planned(database, 'ALTER DOMAIN "l\'un" DROP NOT NULL;')
    assert outline(plan) == ["drop expand instant -"]
    assert "rollback does not bring NOT NULL" in only(plan).hazards[1]


def test_of_a_new_domain(database: Database) -> None:
    plan = planned(database, "CREATE DOMAIN d AS int; ALTER DOMAIN d SET NOT NULL;")
    assert outline(plan).count("run expand instant -") == 2


def test_twin() -> None:
    assert op.AlterDomain(domain="l'un", change="ADD CONSTRAINT k CHECK (VALUE + 0 > 0)").to_sql() == ADD
