"""EXCLUDE: added where nobody has to wait for it, refused elsewhere with the way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import PLAIN, UP
from tests.support.databases import Database

EMPTY = "CREATE TABLE t (id int PRIMARY KEY, place point, p int4range);\n"
ADD = "ALTER TABLE t ADD EXCLUDE USING gist (p WITH &&);\n"
ODD = 'CREATE TABLE "l\'""une" ("p é" int4range); CREATE TABLE x ("l\'""une_p é_excl" int);'
INSERT = "INSERT INTO t VALUES (%(n)s, NULL, int4range(%(n)s::int, %(n)s::int + 1))"
CASES = (
    Change(name="empty", setup=EMPTY, migration=ADD, new=(INSERT,), mend="TRUNCATE t"),
    Change(name="named", setup=EMPTY, migration=ADD.replace("ADD", 'ADD CONSTRAINT "l\'un"')),
    Change(
        name="an_odd_name_and_expressions",
        setup=ODD,
        migration='ALTER TABLE "l\'""une" ADD EXCLUDE USING gist ("p é" WITH &&, (int4range(lower("p é"), 7)) WITH =)'
        ' WHERE (NOT isempty("p é")) DEFERRABLE INITIALLY DEFERRED;',
    ),
    Change(
        name="of_a_new_table",
        setup="",
        migration=EMPTY + ADD,
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(18)
def test_life_of_a_partitioned_table(make_database: Callable[..., Database], tmp_path: Path) -> None:
    setup = "CREATE TABLE t (id int, p int4range) PARTITION BY LIST (id); CREATE TABLE t1 PARTITION OF t DEFAULT;"
    add = "ALTER TABLE t ADD EXCLUDE USING btree (id WITH =);"
    lives(Change(name="partitioned", setup=setup, migration=add), make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(EMPTY), ADD)
    assert outline(plan) == ["add expand instant ACCESS EXCLUSIVE", "undo rollback cutover ACCESS EXCLUSIVE"]
    assert (plan.steps[0].scans, plan.steps[0].rows) == ((), None)
    assert plan.steps[0].undo == ("ALTER TABLE public.t DROP CONSTRAINT t_p_excl",)
    assert "(23P01)" in only(plan).hazards[0]


@pytest.mark.majors("all")
def test_a_table_with_rows(make_database: Callable[..., Database]) -> None:
    database = make_database(EMPTY + "INSERT INTO t VALUES (1); ANALYZE t")
    with pytest.raises(Refused, match=r"public\.t has rows") as caught:
        planned(database, ADD)
    assert caught.value.exit_code == 6
    assert "about 1 rows" in caught.value.reasons[0]
    assert "allow = raw_sql" in caught.value.hint
    assert outline(planned(database, "-- pgwright: allow = raw_sql\n" + ADD))[0].startswith("run expand instant")


@pytest.mark.majors("all")
def test_a_row_that_comes_before_the_lock(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """The plan was made on an empty table; the step looks again under its lock, and changes nothing."""
    life = Changing(change=Change(name="x", setup=EMPTY, migration=ADD), database=make_database(), folder=tmp_path)
    life.prepare()
    life.gate = lambda step: life.database.run("INSERT INTO t VALUES (1)") if step.endswith(".add") else None
    with pytest.raises(Refused, match=r"t was empty when the plan was made, and is not any more"):
        life.expand()
    life.gate = None
    assert life.database.one("SELECT count(*) FROM pg_constraint WHERE conname = 't_p_excl'") == 0
    life.rollback()
    assert life.state == "rolled back"


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        (EMPTY, "ALTER TABLE t ADD EXCLUDE USING gist (id WITH =);", "has no default operator class"),
        (EMPTY, "ALTER TABLE t ADD EXCLUDE USING gist (perdu WITH =);", 'column "perdu" named in key does not exist'),
        (EMPTY, "ALTER TABLE t ADD EXCLUDE USING gist (p WITH <<);", "is not commutative"),
        (EMPTY, ADD.replace("ADD", "ADD CONSTRAINT t_pkey"), "exists already"),
        ("CREATE TABLE t (id int, p int4range) PARTITION BY LIST (id);", ADD, "partitioned table"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), text)


def test_columns_in_flight(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="in flight"):
        planned(make_database(PLAIN), UP + "ALTER TABLE t ADD EXCLUDE (d WITH =);")


def test_twin() -> None:
    assert op.AddExclusion(table="t", elements=(("p", "&&"),)).to_sql() == ADD
