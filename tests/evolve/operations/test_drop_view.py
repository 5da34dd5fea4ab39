"""Views are put aside at contract, and come back until the grace period ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, ROLES, WORK, T

V = (
    ROLES + "CREATE VIEW v AS SELECT id FROM t; COMMENT ON VIEW v IS 'avant';"
    " GRANT SELECT ON v TO pgw_reader; CREATE VIEW w AS SELECT * FROM v;\n"
)
M = f"CREATE MATERIALIZED VIEW {HOSTILE} AS SELECT id FROM t; CREATE UNIQUE INDEX mi ON {HOSTILE} (id);\n"
CASES = (
    Change(
        name="two_in_one", setup=T + V, migration="DROP VIEW w; DROP VIEW v;", old=(*WORK, "SELECT * FROM w"), new=WORK
    ),
    Change(name="materialized", setup=T + M, migration=f"DROP MATERIALIZED VIEW {HOSTILE};", old=WORK, new=WORK),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    assert outline(planned(make_database(T + V), "DROP VIEW w;")) == [
        "look look verify -",
        "drop contract cutover ACCESS EXCLUSIVE",
        "retire retire cutover ACCESS EXCLUSIVE",
        "drop_back restore cutover ACCESS EXCLUSIVE",
    ]


def test_refused(make_database: Callable[..., Database]) -> None:
    database = make_database(T + V)
    with pytest.raises(Refused, match="something hangs on it") as caught:
        planned(database, "DROP VIEW v;")
    assert caught.value.reasons == ("view w",)
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(database, "DROP VIEW perdue;")
    assert only(planned(database, "DROP VIEW IF EXISTS perdue;")).strategy == "nothing to do"


def test_twin() -> None:
    assert op.DropView(name="v", schema="À").to_sql() == 'DROP VIEW "À".v;\n'
