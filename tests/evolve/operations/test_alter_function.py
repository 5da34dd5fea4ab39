"""ALTER FUNCTION: in place, and as it was on the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

F = "CREATE FUNCTION f(x int) RETURNS int LANGUAGE plpgsql SET work_mem = '5MB' AS 'BEGIN RETURN x; END';\n"
CASES = (
    Change(
        name="several",
        setup=T + F,
        old=(*WORK, "SELECT f(1)"),
        new=(*WORK, "SELECT f(1)"),
        migration="ALTER FUNCTION f(int) STABLE STRICT PARALLEL SAFE; ALTER FUNCTION f(int) RESET ALL;"
        " ALTER ROUTINE f COST 5;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(T + F)
    assert outline(planned(database, "ALTER FUNCTION f(int) STABLE;")) == [
        "run expand instant -",
        "run_back rollback cutover -",
    ]
    assert "from expand on" in only(planned(database, "ALTER FUNCTION f STABLE;")).hazards[0]
    with pytest.raises((MigrationFileError, Refused), match="does not exist"):
        planned(database, "ALTER FUNCTION g() STABLE;")
