"""ALTER PUBLICATION: what is added comes at once, what is taken out waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

P = (
    "CREATE TABLE u (x int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t WITH (publish = 'insert');"
    " COMMENT ON PUBLICATION p IS 'avant';\n"
)
CASES = (
    Change(
        name="added",
        setup=T + P,
        migration="ALTER PUBLICATION p ADD TABLE u; ALTER PUBLICATION p SET (publish = 'insert, delete');",
        old=WORK,
        new=WORK,
    ),
    Change(name="taken_out", setup=T + P, migration="ALTER PUBLICATION p DROP TABLE t;", old=WORK, new=WORK),
    Change(name="from_none", setup=T + "CREATE PUBLICATION p;", migration="ALTER PUBLICATION p ADD TABLE t;", old=WORK),
    Change(name="others", setup=T + P, migration="ALTER PUBLICATION p SET TABLE u;", old=WORK),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(T + P)
    assert (
        outline(planned(database, "ALTER PUBLICATION p ADD TABLE u;"))[0] == "run expand online SHARE UPDATE EXCLUSIVE"
    )
    plan = planned(database, "ALTER PUBLICATION p DROP TABLE t;")
    assert outline(plan)[0].startswith("run contract")
    assert "miss the changes" in only(plan).hazards[0]
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    with pytest.raises(Refused, match="which the subscribers do not have"):
        planned(make_database(T + "CREATE PUBLICATION q;"), rename + "ALTER PUBLICATION q ADD TABLE t;")
    with pytest.raises((MigrationFileError, Refused), match="does not exist"):
        planned(database, "ALTER PUBLICATION perdue ADD TABLE u;")
