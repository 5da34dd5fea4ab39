"""SET and RESET of n_distinct: under a weak lock, on the table alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import HOSTILE, HOSTILE_COLUMN, HOSTILE_TABLE, PARTED, PLAIN, UP, WORK
from tests.support.databases import Database

SET = "ALTER TABLE t ALTER COLUMN a SET (n_distinct = '-0.5');\n"
BOTH = "ALTER TABLE t ALTER a SET (n_distinct = 7, n_distinct_inherited = -1);\n"
CASES = (
    Change(name="plain", setup=PLAIN, migration=SET, old=WORK, new=WORK),
    Change(name="one_of_two", setup=PLAIN + BOTH, migration=SET),
    Change(name="reset", setup=PLAIN + BOTH, migration="ALTER TABLE t ALTER a RESET (n_distinct);"),
    Change(
        name="partitions_with_their_own",
        setup=PARTED + BOTH.replace("TABLE t", "TABLE t1"),
        migration=SET.replace("n_distinct", "n_distinct_inherited"),
    ),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE {HOSTILE} ALTER {HOSTILE_COLUMN} SET (N_Distinct = 5);",
    ),
    Change(name="renamed_with_up", setup=PLAIN, migration=UP + SET.replace(" a ", " d ")),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTED + BOTH), SET)
    assert outline(plan) == ["set expand online SHARE UPDATE EXCLUSIVE", "back rollback online SHARE UPDATE EXCLUSIVE"]
    assert [len(step.locks) for step in plan.steps] == [1, 1]
    assert plan.steps[1].statements == ("ALTER TABLE public.t ALTER COLUMN a SET (n_distinct = '7')",)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("n_distinct = x", "invalid value for floating point option"),
        ("n_distinct = -2", "out of bounds"),
        ("n_perdu = 1", 'unrecognized parameter "n_perdu"'),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], options: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN), f"ALTER TABLE t ALTER COLUMN a SET ({options});")


def test_twin() -> None:
    made = op.SetColumnOptions(table="t", column="a", options=(("n_distinct", "-0.5"),))
    assert made.to_sql() == SET
