"""REFRESH: always while it is read, refused where that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

M = "CREATE MATERIALIZED VIEW m AS SELECT id, a FROM t; CREATE UNIQUE INDEX mi ON m (id);\n"


@pytest.mark.majors(14, 18)
def test_life(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(
        name="m", setup=T + M, migration="REFRESH MATERIALIZED VIEW m;", old=(*WORK, "SELECT * FROM m"), new=WORK
    )
    lives(change, make_database, tmp_path)


def test_it_is_filled(make_database: Callable[..., Database], tmp_path: Path) -> None:
    change = Change(
        name="m", setup=T + M + "INSERT INTO t (id) VALUES (999);", migration="REFRESH MATERIALIZED VIEW m;"
    )
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    assert life.database.one("SELECT count(*) FROM m WHERE id = 999") == 0
    life.expand()
    assert life.database.one("SELECT count(*) FROM m WHERE id = 999") == 1


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(
        T + M + "CREATE MATERIALIZED VIEW n AS SELECT id FROM t; CREATE UNIQUE INDEX ni ON n (id) WHERE id > 0;"
    )
    plan = planned(database, "REFRESH MATERIALIZED VIEW m;")
    assert outline(plan) == ["refresh expand online EXCLUSIVE"]
    assert plan.steps[0].statements == ("REFRESH MATERIALIZED VIEW CONCURRENTLY m",)
    for text, said in (
        ("REFRESH MATERIALIZED VIEW n;", "no unique index over all rows"),
        ("REFRESH MATERIALIZED VIEW m WITH NO DATA;", "empties"),
        ("REFRESH MATERIALIZED VIEW t;", "is not a materialized view"),
    ):
        with pytest.raises((MigrationFileError, Refused), match=said):
            planned(database, text)
    assert only(plan).strategy == "concurrently"


def test_twin() -> None:
    assert op.RefreshMaterializedView(name="m").to_sql() == "REFRESH MATERIALIZED VIEW CONCURRENTLY m;\n"
