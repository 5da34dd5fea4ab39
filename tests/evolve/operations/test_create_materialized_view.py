"""Materialized views: built, and made anew beside with their indexes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, ROLES, WORK, T

M = (
    ROLES
    + "CREATE MATERIALIZED VIEW m AS SELECT id, a FROM t; CREATE UNIQUE INDEX mi ON m (id); CREATE INDEX mj ON m (a);\n"
    + "COMMENT ON MATERIALIZED VIEW m IS 'avant'; GRANT SELECT ON m TO pgw_reader;\n"
)
READ = (*WORK, "SELECT id, a FROM m WHERE id = %(k)s")
ANEW = (
    "DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT id, b AS a FROM t;"
    " CREATE UNIQUE INDEX mi ON m (id); CREATE INDEX mk ON m (a DESC);"
)
CASES = (
    Change(
        name="new", setup=T, migration=f"CREATE MATERIALIZED VIEW {HOSTILE} AS SELECT * FROM t;", old=WORK, new=WORK
    ),
    Change(
        name="anew",
        setup=T + M,
        migration=ANEW,
        old=READ,
        new=READ,
        native=ANEW + "COMMENT ON MATERIALIZED VIEW m IS 'avant'; GRANT SELECT ON m TO pgw_reader;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(T + M)
    assert outline(planned(database, ANEW)) == [
        "beside expand online ACCESS SHARE",
        "exchange contract cutover ACCESS EXCLUSIVE",
        "retire retire cutover ACCESS EXCLUSIVE",
        "beside_back rollback cutover ACCESS SHARE",
        "exchange_back restore cutover ACCESS EXCLUSIVE",
    ]
    for text, said in (
        ("CREATE MATERIALIZED VIEW m AS SELECT 1;", "already exists"),
        (ANEW.replace("INDEX mk ON", "INDEX ON"), "has no name"),
    ):
        with pytest.raises((MigrationFileError, Refused), match=said):
            planned(database, text)
    assert only(planned(database, "CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1;")).strategy == "nothing to do"
