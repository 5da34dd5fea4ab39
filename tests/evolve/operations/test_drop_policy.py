"""DROP POLICY: what shows waits for contract, what hides goes at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import ROLES, WORK, T

OLD = ROLES + "CREATE POLICY p ON t FOR SELECT TO pgw_writer USING (a > 0); COMMENT ON POLICY p ON t IS 'avant';\n"
HIDES = "CREATE POLICY p ON t AS RESTRICTIVE USING (a > 0); COMMENT ON POLICY p ON t IS 'avant';\n"
DROP = "DROP POLICY p ON t;"
CASES = (
    Change(name="permissive", setup=T + OLD, migration=DROP, old=WORK, new=WORK),
    Change(name="restrictive", setup=T + HIDES, migration=DROP, old=WORK, new=WORK),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    assert outline(planned(make_database(T + HIDES), DROP))[0] == "run expand instant ACCESS EXCLUSIVE"
    assert outline(planned(make_database(T + OLD), DROP)) == [
        "look look verify -",
        "drop contract cutover ACCESS EXCLUSIVE",
        "drop_back restore cutover ACCESS EXCLUSIVE",
    ]


def test_what_is_not_there(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(make_database(T), DROP)
    assert only(planned(make_database(T), "DROP POLICY IF EXISTS p ON t;")).strategy == "nothing to do"


def test_on_a_table_that_is_not_there(make_database: Callable[..., Database]) -> None:
    assert only(planned(make_database(T), "DROP POLICY IF EXISTS x ON perdue;")).strategy == "nothing to do"
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(make_database(T), "DROP POLICY x ON perdue;")
