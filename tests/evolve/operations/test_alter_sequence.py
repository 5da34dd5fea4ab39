"""ALTER SEQUENCE: counts otherwise, and as it did on the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

SQ = "CREATE SEQUENCE sq AS int INCREMENT 2 MAXVALUE 100000 CACHE 5 OWNED BY t.a;\n"
NEXT = (*WORK, "SELECT nextval('sq')")
CASES = (
    Change(
        name="several",
        setup=T + SQ,
        old=NEXT,
        new=NEXT,
        migration="ALTER SEQUENCE sq AS bigint INCREMENT BY 10 NO MAXVALUE CYCLE OWNED BY NONE;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(T + SQ)
    plan = planned(database, "ALTER SEQUENCE sq RESTART WITH 5;")
    assert outline(plan)[0] == "run expand instant SHARE ROW EXCLUSIVE"
    assert "given out twice" in only(plan).hazards[1]
    for text, said in (
        ("ALTER SEQUENCE perdue CYCLE;", "does not exist"),
        ("ALTER SEQUENCE t CYCLE;", "is not a sequence"),
    ):
        with pytest.raises((MigrationFileError, Refused), match=said):
            planned(database, text)


def test_numbers_stay_given_out(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(name="numbers", setup=T + SQ, migration="ALTER SEQUENCE sq INCREMENT BY 10;")
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    for _ in range(3):
        life.database.run("SELECT nextval('sq')")
    before = life.database.one("SELECT last_value FROM sq")
    life.rollback()
    assert life.database.one("SELECT last_value FROM sq") == before
