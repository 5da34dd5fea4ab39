"""SET SCHEMA: a table by both names until contract, anything else with contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import INHERITED, PARTED, PLAIN, WORK
from tests.support.databases import Database

AWAY = 'CREATE SCHEMA "à part";\n'
MOVE = 'ALTER TABLE t SET SCHEMA "à part";\n'
THERE = tuple(each.replace(" t ", ' "à part".t ') for each in WORK)
SERIAL = "ALTER TABLE t ADD s serial; COMMENT ON TABLE t IS 'ici'; GRANT SELECT ON t TO PUBLIC;"
OBJECTS = """CREATE VIEW v AS SELECT 1 AS un; CREATE SEQUENCE sq; CREATE TYPE humeur AS ENUM ('a');
CREATE DOMAIN dom AS int; CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE STATISTICS st ON id, a FROM t; CREATE MATERIALIZED VIEW m AS SELECT 1 AS un;
"""
ALL = (
    'ALTER VIEW v SET SCHEMA "à part"; ALTER SEQUENCE sq SET SCHEMA "à part"; ALTER TABLE m SET SCHEMA "à part";'
    'ALTER TYPE public.humeur SET SCHEMA "à part"; ALTER DOMAIN public.dom SET SCHEMA "à part";'
    'ALTER FUNCTION public.f(int) SET SCHEMA "à part"; ALTER STATISTICS public.st SET SCHEMA "à part";'
)
CASES = (
    Change(name="plain", setup=AWAY + PLAIN + SERIAL, migration=MOVE, old=WORK, new=THERE),
    Change(name="a_partitioned_table", setup=AWAY + PARTED, migration=MOVE, old=WORK, new=THERE),
    Change(name="with_children", setup=AWAY + INHERITED, migration=MOVE),
    Change(name="other_objects", setup=AWAY + PLAIN + OBJECTS, migration=ALL),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(AWAY + PLAIN + SERIAL), MOVE)
    assert [line for line in outline(plan) if not line.startswith("look")] == [
        "open expand instant ACCESS EXCLUSIVE",
        "close contract cutover ACCESS EXCLUSIVE",
        "undo rollback cutover ACCESS EXCLUSIVE",
        "restore restore cutover ACCESS EXCLUSIVE",
    ]
    opened = next(step for step in plan.steps if step.id.endswith(".open"))
    assert [str(lock.relation) for lock in opened.locks] == ["public.t", "public.t_s_seq"]
    assert opened.statements[0] == 'ALTER TABLE public.t SET SCHEMA "à part"'
    said = "\n".join(only(plan).hazards)
    assert "public.t_s_seq is called à part.t_s_seq from expand on" in said
    assert "needs USAGE on schema à part" in said


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER TABLE t SET SCHEMA perdu;", "there is no such schema"),
        ("ALTER VIEW v SET SCHEMA perdu;", "there is no such schema"),
    ],
)
def test_what_is_not_there_is_said_before_anything_starts(
    make_database: Callable[..., Database], text: str, said: str, tmp_path: Path
) -> None:
    change = Change(name="x", setup=AWAY + PLAIN + OBJECTS, migration=text)
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Refused) as caught:
        life.expand()
    assert said in str(caught.value.reasons)
    assert life.state == "rolled back"


@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        (AWAY + PLAIN + 'CREATE TABLE "à part".t (x int);', MOVE, 'relation "t" already exists in schema "à part"'),
        (AWAY + PLAIN + 'CREATE TABLE "à part".t_pkey (x int);', MOVE, 'relation "t_pkey" already exists'),
        (AWAY, MOVE, 'table "t" does not exist|relation "t" does not exist'),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), text)


def test_a_new_table(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="n is created by this plan"):
        planned(make_database(AWAY), 'CREATE TABLE n (id int); ALTER TABLE n SET SCHEMA "à part";')


def test_where_it_is_already(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), "ALTER TABLE t SET SCHEMA public;")
    assert (only(plan).strategy, plan.steps) == ("nothing to do", ())


def test_a_published_table(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match="cannot be renamed behind a view"):
        planned(make_database(AWAY + PLAIN + "CREATE PUBLICATION pub FOR TABLE t;"), MOVE)


def test_twin() -> None:
    assert op.SetSchema(table="t", to="à part").to_sql() == MOVE
