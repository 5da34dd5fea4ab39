"""What is no relation gets another owner, and the former one back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import ROLES, WORK, T

SETUP = (
    ROLES + T + "CREATE SCHEMA s; CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT x';"
    "CREATE TYPE humeur AS ENUM ('a'); CREATE STATISTICS st ON a, b FROM t; CREATE PUBLICATION pub;"
    " ALTER TYPE humeur OWNER TO pgw_writer;\n"
)
CASES = (
    Change(
        name="several",
        setup=SETUP,
        old=(*WORK, "SELECT f(1)"),
        new=WORK,
        migration="ALTER FUNCTION f(int) OWNER TO pgw_reader; ALTER TYPE humeur OWNER TO pgw_reader;"
        " ALTER SCHEMA s OWNER TO pgw_reader;"
        "ALTER STATISTICS st OWNER TO pgw_reader;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(SETUP)
    plan = planned(database, "ALTER FUNCTION f(int) OWNER TO pgw_reader;")
    assert outline(plan) == ["run expand instant -", "run_back rollback cutover -"]
    assert "SECURITY DEFINER" in only(plan).hazards[0]
    with pytest.raises((MigrationFileError, Refused), match="pgw_nobody"):
        planned(database, "ALTER SCHEMA s OWNER TO pgw_nobody;")


def test_an_owner_that_somebody_changed_since(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """The definition is as it was, so the one that was there gets it back."""
    change = Change(name="since", setup=SETUP, migration="ALTER TYPE humeur OWNER TO pgw_reader;")
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("ALTER TYPE humeur ADD VALUE 'b'")
    life.rollback()
    assert life.database.one("SELECT pg_get_userbyid(typowner) FROM pg_type WHERE typname = 'humeur'") == "pgw_reader"
    assert any("changed since" in getattr(each, "message", "") for each in life.events)
