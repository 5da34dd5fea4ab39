"""DROP TRIGGER: with contract, and back until the grace period ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import COUNTS, HOSTILE, PARTED, WORK, T

ON = "BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION compte();\n"
OLD = f"CREATE TRIGGER tr {ON} COMMENT ON TRIGGER tr ON t IS 'avant'; ALTER TABLE t DISABLE TRIGGER tr;\n"
CASES = (
    Change(name="plain", setup=T + COUNTS + OLD, migration="DROP TRIGGER tr ON t;", old=WORK, new=WORK),
    Change(
        name="partitions",
        setup=PARTED + COUNTS + f"CREATE TRIGGER {HOSTILE} {ON}",
        old=WORK,
        new=WORK,
        migration=f"DROP TRIGGER {HOSTILE} ON t;",
    ),
    Change(
        name="with_its_function",
        setup=T + COUNTS + f"CREATE TRIGGER tr {ON}",
        old=WORK,
        new=WORK,
        migration="DROP TRIGGER tr ON t; DROP FUNCTION compte();",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T + COUNTS + OLD), "DROP TRIGGER tr ON t;")
    assert outline(plan) == [
        "look look verify -",
        "drop contract cutover ACCESS EXCLUSIVE",
        "drop_back restore cutover ACCESS EXCLUSIVE",
    ]


def test_what_is_not_there(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(make_database(T), "DROP TRIGGER tr ON t;")
    assert only(planned(make_database(T), "DROP TRIGGER IF EXISTS tr ON t;")).strategy == "nothing to do"


def test_on_a_partition(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="is that of a partitioned table"):
        planned(make_database(PARTED + COUNTS + f"CREATE TRIGGER tr {ON}"), "DROP TRIGGER tr ON t1;")


def test_twin() -> None:
    assert op.DropTrigger(table="t", name="À", schema="s").to_sql() == 'DROP TRIGGER "À" ON s.t;\n'


def test_on_a_table_that_is_not_there(make_database: Callable[..., Database]) -> None:
    assert only(planned(make_database(T), "DROP TRIGGER IF EXISTS x ON perdue;")).strategy == "nothing to do"
    with pytest.raises(MigrationFileError, match="does not exist"):
        planned(make_database(T), "DROP TRIGGER x ON perdue;")
