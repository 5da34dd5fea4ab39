"""SET COMPRESSION: on every part; what each part had comes back; the server is asked for the method."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import HOSTILE, HOSTILE_COLUMN, HOSTILE_TABLE, INHERITED, PARTED, PLAIN, WORK
from tests.support.databases import Database

SET = "ALTER TABLE t ALTER COLUMN a SET COMPRESSION pglz;\n"
CASES = (
    Change(name="plain", setup=PLAIN, migration=SET, old=WORK, new=WORK),
    Change(
        name="partitions_to_the_default",
        setup=PARTED + "ALTER TABLE t1 ALTER a SET COMPRESSION pglz;",
        migration=SET.replace("pglz", "default"),
    ),
    Change(name="children", setup=INHERITED + "ALTER TABLE u ALTER a SET COMPRESSION pglz;", migration=SET),
    Change(
        name="hostile_names",
        setup=HOSTILE_TABLE,
        migration=f"ALTER TABLE {HOSTILE} ALTER {HOSTILE_COLUMN} SET COMPRESSION pglz;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTED), SET)
    assert outline(plan) == ["set expand instant ACCESS EXCLUSIVE", "back rollback cutover ACCESS EXCLUSIVE"]
    assert plan.steps[1].statements == ("ALTER TABLE public.t ALTER COLUMN a SET COMPRESSION DEFAULT",)


@pytest.mark.majors("all")
@pytest.mark.parametrize(
    ("column", "method", "said"),
    [
        ("b", "pglz", "column data type integer does not support compression"),
        ("a", "zip", 'invalid compression method "zip"'),
    ],
)
def test_what_does_not_fit_is_named(
    make_database: Callable[..., Database], column: str, method: str, said: str
) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN), f"ALTER TABLE t ALTER COLUMN {column} SET COMPRESSION {method};")


def test_twin() -> None:
    assert op.SetCompression(table="t", column="a", method="pglz").to_sql() == SET
