"""DETACH PARTITION: with contract, plainly or concurrently, and back by a proof."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.evolve.operations.test_attach_partition import DEFAULT, PARENT
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database

SECOND = """CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (200);
INSERT INTO t SELECT i, 150, 'b' FROM generate_series(1, 50) i;
"""
DETACH = "ALTER TABLE t DETACH PARTITION t2;\n"
CONCURRENTLY = "ALTER TABLE t DETACH PARTITION t2 CONCURRENTLY;\n"
OLD = (
    "SELECT count(*) FROM t WHERE k = 150",
    "UPDATE t SET a = a WHERE id = %(k)s",
    "UPDATE t SET a = a WHERE k = 150 AND id = %(k)s",
)
CASES = (
    Change(name="plain", setup=PARENT + SECOND, migration=DETACH, old=OLD, new=OLD),
    Change(name="beside_a_default", setup=PARENT + SECOND + DEFAULT, migration=DETACH, old=OLD, new=OLD),
    Change(name="concurrently", setup=PARENT + SECOND, migration=CONCURRENTLY, old=OLD, new=OLD),
    Change(
        name="with_keys",
        setup=PARENT + SECOND + "ALTER TABLE t ADD PRIMARY KEY (id, k); CREATE INDEX ON t (a); CREATE TABLE o (a text "
        "PRIMARY KEY); INSERT INTO o SELECT DISTINCT a FROM t; ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o;",
        migration=DETACH,
    ),
    Change(
        name="concurrently_with_a_check_of_its_own",
        setup=PARENT + SECOND + "ALTER TABLE t2 ADD CHECK (id > 0);",
        migration=CONCURRENTLY,
    ),
)


@pytest.mark.majors("all")
def test_an_index_that_the_parent_has_alone_is_built_before_it_comes_back(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """ATTACH PARTITION would build it under its lock. It stays, which the plan says."""
    setup = PARENT + SECOND + "CREATE INDEX t_a_alone ON ONLY t (a);"
    plan = planned(make_database(setup), DETACH)
    assert "a rollback leaves an index like t_a_alone on public.t2" in "\n".join(only(plan).hazards)
    ahead = [line for line in outline(plan) if line.startswith(("index1", "back_attach"))]
    assert ahead == [
        "index1_build restore concurrent SHARE UPDATE EXCLUSIVE",
        "back_attach restore instant ACCESS EXCLUSIVE",
    ]
    life = Changing(change=Change(name="i", setup=setup, migration=DETACH), database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.contract(grace=3600.0)
    life.rollback()
    assert life.state == "rolled back"
    there = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 't2'::regclass AND indisvalid"
    assert life.database.all(there) == [("t2_a_idx",)]


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARENT + SECOND), CONCURRENTLY)
    assert outline(plan) == [
        "detach contract concurrent ACCESS EXCLUSIVE",
        "finish restore concurrent ACCESS EXCLUSIVE",
        "back_bound_look restore verify ACCESS SHARE",
        "back_bound_add restore instant ACCESS EXCLUSIVE",
        "back_bound_valid restore online SHARE UPDATE EXCLUSIVE",
        "back_attach restore instant ACCESS EXCLUSIVE",
    ]
    assert "does not show the rows of public.t2" in "\n".join(only(plan).hazards)


def interrupted(database: Database) -> None:
    """A DETACH … CONCURRENTLY that ended between its two transactions: another session's snapshot was in its way."""
    with database.connect() as reader, database.connect() as other:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t")
        other.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.Error):
            other.execute(CONCURRENTLY.encode())
        reader.execute("ROLLBACK")
    assert database.one("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = 't2'::regclass")


@pytest.mark.majors("all")
def test_what_was_interrupted_is_ended(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(
        change=Change(name="i", setup=PARENT + SECOND, migration=CONCURRENTLY),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    before = life.schema()
    life.expand()
    interrupted(life.database)
    life.contract(grace=3600.0)
    assert life.database.all("SELECT 1 FROM pg_inherits WHERE inhrelid = 't2'::regclass") == []
    life.rollback()
    assert life.database.one("SELECT count(*) FROM t WHERE k = 150") == 50
    assert life.schema() == before


@pytest.mark.majors("all")
def test_finalize(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(
        change=Change(name="f", setup=PARENT + SECOND, migration="ALTER TABLE t DETACH PARTITION t2 FINALIZE;"),
        database=make_database(),
        folder=tmp_path,
    )
    life.database.run(life.change.setup)
    interrupted(life.database)
    life.change = Change(name="f", setup="", migration=life.change.migration)
    life.prepare()
    life.expand()
    assert life.database.all("SELECT 1 FROM pg_inherits WHERE inhrelid = 't2'::regclass") == []


@pytest.mark.majors(14, 18)
def test_rows_that_point_to_it_are_looked_for(make_database: Callable[..., Database], tmp_path: Path) -> None:
    more = (
        "ALTER TABLE t ADD PRIMARY KEY (id, k);"
        "CREATE TABLE r (i bigint, k int, FOREIGN KEY (i, k) REFERENCES t (id, k));"
        "INSERT INTO r VALUES (1, 150);"
    )
    life = Changing(
        change=Change(name="r", setup=PARENT + SECOND + more, migration=DETACH),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    with pytest.raises(Refused, match=r"1 row of public\.r point to rows of public\.t2 by r_i_k_fkey"):
        life.expand()


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CONCURRENTLY, "has a DEFAULT partition"),
        ("ALTER TABLE t DETACH PARTITION x;", "is not a partition of"),
        ("ALTER TABLE x DETACH PARTITION t2;", "is not partitioned"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PARENT + SECOND + DEFAULT + "CREATE TABLE x (LIKE t);"), text)


def test_twin() -> None:
    assert op.DetachPartition(table="t", partition="t2", concurrently=True).to_sql() == CONCURRENTLY
    assert op.DetachPartition(table="t", partition="t2").to_sql() == DETACH
