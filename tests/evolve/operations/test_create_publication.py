"""Publications: new ones, and what must not be sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, WORK, T

U = "CREATE TABLE u (x int);\n"
CASES = (
    Change(
        name="tables",
        setup=T + U,
        migration=f"CREATE PUBLICATION {HOSTILE} FOR TABLE t, u WITH (publish = 'insert, update');",
        old=WORK,
        new=WORK,
    ),
    Change(name="everything", setup=T, migration="CREATE PUBLICATION p FOR ALL TABLES;", old=WORK, new=WORK),
    Change(
        name="lists",
        setup=T,
        migration="CREATE PUBLICATION p FOR TABLE t (id, a) WHERE (id > 0);",
        old=WORK,
        versions=(15, 16, 17, 18),
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    if make_database().major in case.versions:
        lives(case, make_database, tmp_path)


def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T + U), "CREATE PUBLICATION p FOR TABLE t, u;")
    assert outline(plan)[0] == "run expand online SHARE UPDATE EXCLUSIVE"
    assert [each for each in only(plan).hazards if "public.u has no replica identity" in each]


@pytest.mark.parametrize("what", ["TABLE t", "ALL TABLES", "TABLES IN SCHEMA public"])
def test_a_table_with_a_column_in_flight(make_database: Callable[..., Database], what: str) -> None:
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    with pytest.raises(Refused, match="which the subscribers do not have"):
        planned(make_database(T), rename + f"CREATE PUBLICATION p FOR {what};")


def test_what_postgresql_refuses(make_database: Callable[..., Database]) -> None:
    with pytest.raises((MigrationFileError, Refused), match="already exists"):
        planned(make_database(T + "CREATE PUBLICATION p;"), "CREATE PUBLICATION p FOR TABLE t;")
