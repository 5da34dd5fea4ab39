"""Rules: new, replaced; refused where columns are in flight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import HOSTILE, WORK, T

OLD = (
    "CREATE RULE r AS ON DELETE TO t WHERE OLD.id < 0 DO INSTEAD NOTHING;"
    " COMMENT ON RULE r ON t IS 'avant'; ALTER TABLE t DISABLE RULE r;\n"
)
CASES = (
    Change(
        name="new",
        setup=T,
        migration=f"CREATE RULE {HOSTILE} AS ON DELETE TO t WHERE OLD.id < 0 DO INSTEAD NOTHING;",
        old=WORK,
        new=WORK,
    ),
    Change(
        name="replaced",
        setup=T + OLD,
        migration="CREATE OR REPLACE RULE r AS ON DELETE TO t WHERE OLD.id < -5 DO INSTEAD NOTHING;",
        old=WORK,
        new=WORK,
        native="CREATE OR REPLACE RULE r AS ON DELETE TO t WHERE OLD.id < -5 DO INSTEAD NOTHING;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_refused(make_database: Callable[..., Database]) -> None:
    database = make_database(T + OLD)
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    for text, said in (
        ("CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;", "already exists"),
        ('CREATE RULE "_RETURN" AS ON SELECT TO t DO INSTEAD SELECT 1;', "Say CREATE VIEW|makes a table a view"),
        ("CREATE RULE q AS ON DELETE TO t DO INSTEAD DELETE FROM t WHERE perdu = 1;", 'column "perdu" does not exist'),
        (rename + "CREATE RULE q AS ON DELETE TO t DO INSTEAD NOTHING;", "rewrites what it takes"),
    ):
        with pytest.raises((MigrationFileError, Refused), match=said):
            planned(database, text)


def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T), "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;")
    assert outline(plan) == ["run expand instant ACCESS EXCLUSIVE", "run_back rollback cutover ACCESS EXCLUSIVE"]
    assert "rewrites the statements of the old application" in only(plan).hazards[0]
