"""ALTER POLICY: in place, and the policy that was there comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import ROLES, WORK, T

OLD = (
    ROLES
    + "CREATE POLICY p ON t TO pgw_writer USING (a > 0) WITH CHECK (b > 0); COMMENT ON POLICY p ON t IS 'avant';\n"
)
CASES = (
    Change(
        name="plain",
        setup=T + OLD,
        migration="ALTER POLICY p ON t TO pgw_reader, PUBLIC USING (a > 5);",
        old=WORK,
        new=WORK,
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER POLICY p ON t USING (perdu > 0);", 'column "perdu" does not exist'),
        ("ALTER POLICY q ON t USING (true);", "does not exist"),
    ],
)
def test_what_postgresql_refuses(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(T + OLD), text)


@pytest.mark.majors(14, 18)
def test_one_that_somebody_changed_since_is_left(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(name="since", setup=T + OLD, migration="ALTER POLICY p ON t USING (a > 5);")
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    life.expand()
    life.database.run("ALTER POLICY p ON t USING (a > 9)")
    life.rollback()
    assert life.database.one("SELECT qual FROM pg_policies WHERE policyname = 'p'") == "(a > 9)"
    assert any("changed since" in getattr(each, "message", "") for each in life.events)


def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T + OLD), "ALTER POLICY p ON t USING (a > 5);")
    assert outline(plan) == ["run expand instant ACCESS EXCLUSIVE", "run_back rollback cutover ACCESS EXCLUSIVE"]
    assert "row-level security is off" in only(plan).hazards[0]


def test_columns_in_flight(make_database: Callable[..., Database]) -> None:
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    with pytest.raises(Refused, match="between two names"):
        planned(make_database(T + OLD), rename + "ALTER POLICY p ON t USING (l = 'x');")
