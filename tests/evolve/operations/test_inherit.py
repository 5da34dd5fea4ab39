"""INHERIT with expand and NO INHERIT with contract; the server is asked on copies of both tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.columns import INHERITED, PARTED, PLAIN, UP, WORK
from tests.support.databases import Database

CHILD = 'CREATE TABLE "l\'enfant" (c text NOT NULL, x int, b int, a text, id bigint NOT NULL);\n'
JOIN = 'ALTER TABLE "l\'enfant" INHERIT t;\n'
LEAVE = "ALTER TABLE u NO INHERIT t;\n"
CASES = (
    Change(name="inherit", setup=PLAIN + CHILD, migration=JOIN, old=WORK, new=WORK),
    Change(
        name="with_children_of_its_own",
        setup=INHERITED + "CREATE TABLE w (id bigint); ",
        migration=("ALTER TABLE t INHERIT w;"),
    ),
    Change(name="no_inherit", setup=INHERITED, migration=LEAVE, old=WORK, new=WORK, returns=False),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors("all")
def test_no_inherit_comes_back(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(
        change=Change(name="x", setup=INHERITED, migration=LEAVE), database=make_database(), folder=tmp_path
    )
    life.prepare()
    life.expand()
    life.contract(grace=3600.0)
    assert life.database.one("SELECT count(*) FROM t WHERE a = 'u'") == 0
    life.rollback()
    assert life.database.one("SELECT count(*) FROM t WHERE a = 'u'") == 101
    assert "count as its own as well" in life.hazards()


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN + CHILD), JOIN)
    assert outline(plan) == ["change expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert [lock.mode.sql for lock in plan.steps[0].locks] == ["SHARE UPDATE EXCLUSIVE", "ACCESS EXCLUSIVE"]
    assert outline(planned(make_database(INHERITED), LEAVE))[0] == "change contract cutover ACCESS EXCLUSIVE"


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        (
            PLAIN + "CREATE TABLE w (id bigint NOT NULL);",
            "ALTER TABLE w INHERIT t;",
            'child table is missing column "a"',
        ),
        (
            PLAIN + "CREATE TABLE w (LIKE t); ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0) NOT VALID;",
            "ALTER TABLE w INHERIT t;",
            'child table is missing constraint "k"',
        ),
        (INHERITED, "ALTER TABLE u INHERIT t;", "more than once"),
        (INHERITED, "ALTER TABLE t INHERIT v;", "circular"),
        (PLAIN + CHILD, JOIN.replace("INHERIT", "NO INHERIT"), "is not a parent of"),
        (PARTED + CHILD, JOIN, "has to do with partitions"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), text)


def test_columns_in_flight(make_database: Callable[..., Database]) -> None:
    with pytest.raises(Refused, match=r"is open and about public\.t"):
        planned(make_database(PLAIN + CHILD), UP + JOIN)


def test_twin() -> None:
    assert op.Inherit(table="l'enfant", parent="t").to_sql() == JOIN
    assert op.Inherit(table="u", parent="t", no=True).to_sql() == LEAVE
