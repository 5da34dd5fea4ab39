"""What is no relation moves to another schema with contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

SETUP = (
    T + "CREATE SCHEMA s; CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';"
    " CREATE TYPE humeur AS ENUM ('a');"
    "CREATE STATISTICS st ON a, b FROM t; CREATE EXTENSION citext;\n"
)
CASES = (
    Change(
        name="several",
        setup=SETUP,
        old=(*WORK, "SELECT f(1), 'a'::humeur"),
        new=WORK,
        migration="ALTER FUNCTION f(int) SET SCHEMA s; ALTER TYPE public.humeur SET SCHEMA s;"
        " ALTER STATISTICS st SET SCHEMA s;"
        "ALTER EXTENSION citext SET SCHEMA s;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(SETUP)
    assert outline(planned(database, "ALTER TYPE humeur SET SCHEMA s;"))[0] == "run contract cutover -"
    assert "fails" in only(planned(database, "ALTER TYPE humeur SET SCHEMA s;")).hazards[0]
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(database, "ALTER TYPE humeur SET SCHEMA perdu;")
    with pytest.raises((MigrationFileError, Refused), match="does not exist"):
        planned(database, "ALTER FUNCTION g() SET SCHEMA s;")
