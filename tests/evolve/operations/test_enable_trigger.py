"""Triggers on and off: what fires more comes with expand, what fires less waits for contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, lives
from tests.support.columns import COUNTED, INHERITED, PARTED, PLAIN, UP, WORK
from tests.support.databases import Database

DISABLE = "ALTER TABLE t DISABLE TRIGGER zzzz;\n"
ENABLE = DISABLE.replace("DISABLE", "ENABLE")
ODD = 'CREATE TRIGGER "l\'""autre" BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION compte();'
CASES = (
    Change(name="disable", setup=PLAIN + COUNTED, migration=DISABLE, old=WORK, new=WORK),
    Change(name="enable", setup=PLAIN + COUNTED + DISABLE, migration=ENABLE, old=WORK, new=WORK),
    Change(name="always_on_partitions", setup=PARTED + COUNTED, migration=ENABLE.replace("ENABLE", "ENABLE ALWAYS")),
    Change(
        name="partitions_with_their_own",
        setup=PARTED + COUNTED + "ALTER TABLE t1 ENABLE REPLICA TRIGGER zzzz;",
        migration=DISABLE,
    ),
    Change(
        name="all_of_users",
        setup=PLAIN + COUNTED + ODD + 'ALTER TABLE t ENABLE ALWAYS TRIGGER "l\'""autre";',
        migration="ALTER TABLE t DISABLE TRIGGER USER;",
    ),
    Change(
        name="replica_of_a_hostile_name",
        setup=INHERITED + COUNTED + ODD,
        migration='ALTER TABLE t ENABLE REPLICA TRIGGER "l\'""autre";',
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (ENABLE, ["set expand instant SHARE ROW EXCLUSIVE", "back rollback cutover SHARE ROW EXCLUSIVE"]),
        (DISABLE, ["set contract cutover SHARE ROW EXCLUSIVE", "back restore cutover SHARE ROW EXCLUSIVE"]),
    ],
)
def test_plan(make_database: Callable[..., Database], text: str, lines: list[str]) -> None:
    plan = planned(make_database(PLAIN + COUNTED), text)
    assert outline(plan) == lines
    assert plan.steps[0].undo == ("ALTER TABLE public.t ENABLE TRIGGER zzzz",)


def test_those_of_foreign_keys_are_left_alone(make_database: Callable[..., Database]) -> None:
    database = make_database(PLAIN + COUNTED)
    with pytest.raises(Refused, match="behind foreign keys") as caught:
        planned(database, "ALTER TABLE t DISABLE TRIGGER ALL;")
    assert "DISABLE TRIGGER USER" in caught.value.hint
    plan = planned(database, "-- pgwright: allow = raw_sql\nALTER TABLE t DISABLE TRIGGER ALL;")
    assert outline(plan) == ["run expand instant SHARE ROW EXCLUSIVE"]


def test_ours_are_left_alone(make_database: Callable[..., Database]) -> None:
    """They keep two columns in step, and are users' triggers to the server."""
    with pytest.raises(Refused, match="in flight"):
        planned(make_database(PLAIN + COUNTED), UP + "ALTER TABLE t DISABLE TRIGGER USER;")


def test_one_that_does_not_exist(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match=r'trigger "zzzz" for table "public\.t" does not exist'):
        planned(make_database(PLAIN), DISABLE)


def test_twin() -> None:
    assert op.EnableTrigger(table="t", trigger="zzzz", change="disable").to_sql() == DISABLE
    assert op.EnableTrigger(table="t", trigger=None).to_sql() == "ALTER TABLE t ENABLE TRIGGER USER;\n"
    with pytest.raises(ValueError, match="not a way"):
        op.EnableTrigger(table="t", trigger="x", change="off").to_sql()
