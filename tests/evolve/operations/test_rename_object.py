"""What is no table gets another name: at once where nobody says it, else with contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import COUNTS, HOSTILE, WORK, T

SETUP = (
    T + COUNTS + "CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION compte();"
    " CREATE POLICY p ON t USING (true);\n"
    + "CREATE RULE r AS ON DELETE TO t WHERE OLD.id < 0 DO INSTEAD NOTHING; CREATE STATISTICS st ON a, b FROM t;\n"
)
NAMED = (
    "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';"
    " CREATE TYPE humeur AS ENUM ('a'); CREATE SEQUENCE sq;\n"
    "CREATE VIEW v AS SELECT id FROM t; CREATE MATERIALIZED VIEW m AS SELECT id FROM t;"
    " CREATE SCHEMA s; CREATE DOMAIN d AS int;\n"
)
CASES = (
    Change(
        name="unnamed",
        setup=SETUP,
        old=WORK,
        new=WORK,
        migration=f"ALTER TRIGGER tr ON t RENAME TO {HOSTILE}; ALTER POLICY p ON t RENAME TO q;"
        f" ALTER RULE r ON t RENAME TO rr;"
        "ALTER STATISTICS st RENAME TO st2;",
    ),
    Change(
        name="named",
        setup=T + NAMED,
        old=(*WORK, "SELECT f(1), nextval('sq') FROM v"),
        new=WORK,
        migration=f"ALTER FUNCTION f(int) RENAME TO g; ALTER TYPE humeur RENAME TO {HOSTILE};"
        f" ALTER SEQUENCE sq RENAME TO sr;"
        "ALTER VIEW v RENAME TO w; ALTER MATERIALIZED VIEW m RENAME TO n; ALTER SCHEMA s RENAME TO u;"
        " ALTER DOMAIN d RENAME TO e;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    database = make_database(SETUP + NAMED)
    assert outline(planned(database, "ALTER TRIGGER tr ON t RENAME TO x;")) == [
        "run expand instant ACCESS EXCLUSIVE",
        "run_back rollback cutover ACCESS EXCLUSIVE",
    ]
    assert outline(planned(database, "ALTER VIEW v RENAME TO w;")) == [
        "run contract cutover ACCESS EXCLUSIVE",
        "run_back restore cutover ACCESS EXCLUSIVE",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ALTER FUNCTION f(text) RENAME TO g;", "does not exist"),
        ("ALTER VIEW v RENAME TO t;", "already exists"),
        ("ALTER TYPE humeur RENAME TO t;", "already exists"),
        ("ALTER VIEW v RENAME TO " + "n" * 70 + ";", "is longer than"),
    ],
)
def test_what_postgresql_refuses(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(SETUP + NAMED), text)


def test_a_view_of_ours_is_left_alone(make_database: Callable[..., Database], tmp_path: Path) -> None:
    life = Changing(
        change=Change(name="ours", setup=T, migration="ALTER TABLE t RENAME TO u;"),
        database=make_database(),
        folder=tmp_path,
    )
    life.prepare()
    life.expand()
    with pytest.raises(Refused, match="is a view for the time being"):
        planned(life.database, "ALTER VIEW t RENAME TO w;")


def test_nothing_to_do(make_database: Callable[..., Database]) -> None:
    assert only(planned(make_database(T), "ALTER VIEW IF EXISTS v RENAME TO w;")).strategy == "nothing to do"
