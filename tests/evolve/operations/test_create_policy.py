"""Policies: new, replaced in one step, changed and dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, PARTED, ROLES, WORK, T

ON = ROLES + "ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT ALL ON t TO pgw_writer;\n"
OLD = "CREATE POLICY p ON t TO pgw_writer USING (a > 0); COMMENT ON POLICY p ON t IS 'avant';\n"
CASES = (
    Change(
        name="new",
        setup=T + ON,
        migration=f"CREATE POLICY {HOSTILE} ON t AS RESTRICTIVE FOR UPDATE TO pgw_reader USING (id > 0) WITH "
        f"CHECK (t.a > 0);",
        old=WORK,
        new=WORK,
    ),
    Change(
        name="replaced",
        setup=T + ON + OLD,
        old=WORK,
        new=WORK,
        migration="DROP POLICY p ON t; CREATE POLICY p ON t FOR INSERT WITH CHECK (a > 1);",
    ),
    Change(name="partitions", setup=PARTED + ON, migration="CREATE POLICY p ON t USING (true);", old=WORK),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T + ON), "CREATE POLICY p ON t AS RESTRICTIVE USING (a > 0);")
    assert outline(plan) == ["run expand instant ACCESS EXCLUSIVE", "run_back rollback cutover ACCESS EXCLUSIVE"]
    assert "may hide rows from the old application" in only(plan).hazards[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CREATE POLICY q ON t USING (perdu > 0);", 'column "perdu" does not exist'),
        ("CREATE POLICY q ON t TO pgw_nobody USING (true);", "pgw_nobody"),
        ("CREATE POLICY q ON t FOR INSERT USING (true);", "only WITH CHECK"),
        ("CREATE POLICY p ON t USING (true);", "already exists"),
    ],
)
def test_what_postgresql_refuses(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(T + ON + OLD), text)


def test_a_column_in_flight(make_database: Callable[..., Database]) -> None:
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    with pytest.raises(Refused, match="between two names"):
        planned(make_database(T), rename + "CREATE POLICY p ON t USING (l = 'x');")
