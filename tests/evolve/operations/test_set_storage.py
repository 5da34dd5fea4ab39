"""SET STORAGE: on every part; what each part had comes back; what the type does not know is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import HOSTILE, HOSTILE_COLUMN, HOSTILE_TABLE, INHERITED, PARTED, PLAIN, UP, WORK
from tests.support.databases import Database

SET = "ALTER TABLE t ALTER COLUMN a SET STORAGE external;\n"
CASES = (
    Change(name="plain", setup=PLAIN, migration=SET, old=WORK, new=WORK),
    Change(name="partitions_with_their_own", setup=PARTED + "ALTER TABLE t1 ALTER a SET STORAGE MAIN;", migration=SET),
    Change(name="children", setup=INHERITED + "ALTER TABLE ONLY v ALTER a SET STORAGE MAIN;", migration=SET),
    Change(
        name="only_and_hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE ONLY {HOSTILE} ALTER {HOSTILE_COLUMN} SET STORAGE PLAIN;",
    ),
    Change(name="renamed_with_up", setup=PLAIN, migration=UP + SET.replace(" a ", " d ")),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTED), SET.replace("external", "PLAIN"))
    assert outline(plan) == ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert [len(step.locks) for step in plan.steps] == [5, 5]
    assert plan.steps[1].statements == ("ALTER TABLE public.t ALTER COLUMN a SET STORAGE EXTENDED",)
    assert [hazard.endswith("(54000)") for hazard in only(plan).hazards] == [False, True]


@pytest.mark.majors("all")
def test_of_a_type_without_large_values(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="column data type integer can only have storage PLAIN"):
        planned(make_database(PLAIN), SET.replace(" a ", " b "))


@pytest.mark.majors(14)
def test_the_word_default_needs_16(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="DEFAULT"):
        planned(make_database(PLAIN), SET.replace("external", "DEFAULT"))


def test_twin() -> None:
    assert op.SetStorage(table="t", column="a", storage="external").to_sql() == SET
