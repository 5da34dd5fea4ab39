"""Triggers: new, replaced, on partitions and views, beside columns in flight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, Changing, lives
from tests.support.databases import Database
from tests.support.things import COUNTS, HOSTILE, PARTED, WORK, T

ON = "BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION"
OLD = (
    f"CREATE TRIGGER tr {ON} compte(); COMMENT ON TRIGGER tr ON t IS 'avant'; ALTER TABLE t ENABLE ALWAYS TRIGGER tr;\n"
)
ANEW = f"DROP TRIGGER tr ON t; CREATE TRIGGER tr {ON} autre();"
VIEW = "CREATE VIEW v AS SELECT id, a, b FROM t;\n"
CASES = (
    Change(name="new", setup=T + COUNTS, migration=f"CREATE TRIGGER {HOSTILE} {ON} compte();", old=WORK, new=WORK),
    Change(name="replaced", setup=T + COUNTS + OLD, migration=ANEW, old=WORK, new=WORK),
    Change(
        name="or_replace", setup=T + COUNTS + OLD, migration=f"CREATE OR REPLACE TRIGGER tr {ON} autre();", old=WORK
    ),
    Change(name="partitions", setup=PARTED + COUNTS, migration=f"CREATE TRIGGER tr {ON} compte();", old=WORK, new=WORK),
    Change(
        name="constraint",
        setup=T + COUNTS,
        old=WORK,
        migration="CREATE CONSTRAINT TRIGGER tr AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION compte();",
    ),
    Change(
        name="instead",
        setup=T + COUNTS + VIEW,
        old=WORK,
        migration="CREATE TRIGGER tr INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION compte();",
    ),
    Change(
        name="of_a_new_function", setup=T, migration=COUNTS + f"CREATE TRIGGER tr {ON} compte();", old=WORK, new=WORK
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(T + COUNTS), f"CREATE TRIGGER tr {ON} compte();")
    assert outline(plan) == ["run expand instant SHARE ROW EXCLUSIVE", "run_back rollback cutover ACCESS EXCLUSIVE"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"CREATE TRIGGER tr {ON} perdue();", "function perdue\\(\\) does not exist"),
        ("CREATE TRIGGER tr BEFORE UPDATE OF perdu ON t FOR EACH ROW EXECUTE FUNCTION compte();", 'column "perdu"'),
        ("CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.z > 1) EXECUTE FUNCTION compte();", "z"),
        ("CREATE TRIGGER tr INSTEAD OF UPDATE ON t FOR EACH ROW EXECUTE FUNCTION compte();", "INSTEAD OF"),
        ("CREATE TRIGGER tr BEFORE UPDATE ON perdue FOR EACH ROW EXECUTE FUNCTION compte();", "does not exist"),
    ],
)
def test_what_postgresql_refuses(make_database: Callable[..., Database], text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(T + COUNTS), text)


def test_one_that_is_there(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="already exists"):
        planned(make_database(T + COUNTS + OLD), f"CREATE TRIGGER tr {ON} autre();")


@pytest.mark.majors(14, 18)
def test_beside_a_column_between_two_names(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """The sync triggers are made anew around it, in both directions; one that names the column is refused."""
    rename = "-- pgwright: up = upper(k)\nALTER TABLE t RENAME COLUMN k TO l;\n"
    change = Change(name="beside", setup=T + COUNTS, migration=f"CREATE TRIGGER aaa {ON} compte();", earlier=(rename,))
    life = Changing(change=change, database=make_database(), folder=tmp_path)
    life.prepare()
    with pytest.raises(Refused, match="between two names"):
        planned(life.database, "CREATE TRIGGER x BEFORE UPDATE OF k ON t FOR EACH ROW EXECUTE FUNCTION compte();")
    life.expand()
    life.stop("expanded")
    life.database.run("INSERT INTO t (id, k) VALUES (1001, 'q')")
    assert life.database.all("SELECT b, k, l FROM t WHERE id = 1001") == [(7, "q", "Q")]
    life.rollback("0002_change")
    life.stop("rolled back")
    life.database.run("INSERT INTO t (id, k) VALUES (1002, 'q')")
    assert life.database.all("SELECT b, k, l FROM t WHERE id = 1002") == [(None, "q", "Q")]
