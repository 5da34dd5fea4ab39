"""ALTER STATISTICS: the target, and the one that was there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

ST = "CREATE STATISTICS st ON a, b FROM t; COMMENT ON STATISTICS st IS 'avant';\n"
CASES = (Change(name="target", setup=T + ST, migration="ALTER STATISTICS st SET STATISTICS 500;", old=WORK, new=WORK),)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    assert (
        outline(planned(make_database(T + ST), "ALTER STATISTICS st SET STATISTICS 500;"))[0] == "run expand instant -"
    )
    with pytest.raises((MigrationFileError, Refused), match="does not exist"):
        planned(make_database(T), "ALTER STATISTICS st SET STATISTICS 500;")


def test_twin() -> None:
    assert op.AlterStatistics(name="st", target=5).to_sql() == "ALTER STATISTICS st SET STATISTICS 5;\n"
