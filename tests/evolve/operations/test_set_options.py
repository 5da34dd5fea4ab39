"""SET and RESET of storage parameters: under a weak lock; names and values are asked of the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import HOSTILE, HOSTILE_TABLE, INHERITED, PARTED, PLAIN, WORK
from tests.support.databases import Database

SET = "ALTER TABLE t SET (fillfactor = '80', autovacuum_vacuum_scale_factor = '0.02');\n"
TOAST = "ALTER TABLE t SET (toast.autovacuum_enabled = off, autovacuum_enabled, Fillfactor = 70);\n"
CASES = (
    Change(name="plain", setup=PLAIN, migration=SET, old=WORK, new=WORK),
    Change(name="toast", setup=PLAIN + "ALTER TABLE t SET (fillfactor = 50);", migration=TOAST),
    Change(
        name="reset",
        setup=PLAIN + TOAST,
        migration="ALTER TABLE t RESET (fillfactor, toast.autovacuum_enabled, autovacuum_freeze_max_age);",
    ),
    Change(name="children_keep_theirs", setup=INHERITED, migration=SET),
    Change(name="a_strong_one", setup=PLAIN, migration="ALTER TABLE t SET (user_catalog_table = true);"),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE {HOSTILE} SET (parallel_workers = 3);",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN + "ALTER TABLE t SET (fillfactor = 50)"), TOAST)
    assert outline(plan) == ["set expand online SHARE UPDATE EXCLUSIVE", "back rollback online SHARE UPDATE EXCLUSIVE"]
    assert plan.steps[1].statements == (
        "ALTER TABLE public.t SET (fillfactor = '50')",
        "ALTER TABLE public.t RESET (autovacuum_enabled)",
    )
    assert [hazard.split()[-2:] for hazard in only(plan).hazards] == [["on", "again"], ["written", "anew"]]


@pytest.mark.majors(14, 18)
def test_plan_of_a_strong_one(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PLAIN), "ALTER TABLE t SET (user_catalog_table = true);")
    assert outline(plan)[0] == "set expand instant ACCESS EXCLUSIVE"


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("setup", "options", "said"),
    [
        (PLAIN, "fillfactor = 5", "out of bounds"),
        (PLAIN, "perdu = 5", 'unrecognized parameter "perdu"'),
        (PARTED, "fillfactor = 50", "is partitioned and has no storage parameters"),
    ],
)
def test_what_does_not_fit_is_named(
    make_database: Callable[..., Database], setup: str, options: str, said: str
) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(setup), f"ALTER TABLE t SET ({options});")


def test_twin() -> None:
    made = op.SetOptions(table="t", options=(("fillfactor", "80"), ("autovacuum_vacuum_scale_factor", "0.02")))
    assert made.to_sql() == SET
    made = op.SetOptions(table="t", options=(("toast.autovacuum_enabled", None),))
    assert made.to_sql() == "ALTER TABLE t RESET (toast.autovacuum_enabled);\n"
