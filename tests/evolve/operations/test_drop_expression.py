"""SET EXPRESSION and DROP EXPRESSION: what both applications find, and what there is no way back from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.evolve.operations.test_add_generated import ADD
from tests.support.changes import Change, Changing
from tests.support.columns import INHERITED, PARTED, PLAIN, READ
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers

GENERATED = "ALTER TABLE t ADD COLUMN g text GENERATED ALWAYS AS (upper(c)) STORED;\n"
VIRTUAL = GENERATED.replace("STORED", "VIRTUAL")
DROP = "ALTER TABLE t ALTER COLUMN g DROP EXPRESSION;\n"
SET = "ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (lower(c));\n"
OLD = (READ, "INSERT INTO t (id, c) VALUES (%(n)s, 'né')", "UPDATE t SET c = 'u' || %(n)s WHERE id = %(k)s")
EITHER = "SELECT * FROM t WHERE g <> upper(c) AND g <> 'mien' OR g IS NULL"


def changing(database: Database, folder: Path, setup: str, text: str) -> Changing:
    """The change, prepared."""
    life = Changing(change=Change(name="x", setup=setup, migration=text), database=database, folder=folder)
    life.prepare()
    return life


ONE_LEVEL = """CREATE TABLE t (id bigint, c text NOT NULL DEFAULT 'c', b int) PARTITION BY RANGE (id);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100);
CREATE TABLE t2 PARTITION OF t DEFAULT;
INSERT INTO t SELECT i FROM generate_series(1, 200) i;
"""


@pytest.mark.majors("every")
@pytest.mark.parametrize("setup", [PLAIN, ONE_LEVEL], ids=["plain", "partitions"])
def test_life_of_drop(make_database: Callable[..., Database], setup: str, tmp_path: Path) -> None:
    life = changing(make_database(), tmp_path, setup + GENERATED, DROP)
    life.expand()
    life.database.run("INSERT INTO t (id, c) VALUES (9000, 'né'); UPDATE t SET g = 'mien' WHERE id = 5")
    life.database.run("UPDATE t SET c = 'x' WHERE id = 6; UPDATE t SET b = b WHERE id = 5")
    assert life.database.all(EITHER) == []
    assert life.database.one("SELECT g FROM t WHERE id = 5") == "mien"
    life.contract(grace=3600.0)
    life.database.run("UPDATE t SET g = upper(c)")
    life.rollback()
    life.database.run("UPDATE t SET c = 'x' WHERE id = 6")
    assert life.database.one("SELECT g FROM t WHERE id = 6") == "X"
    life.expand()
    life.contract(finalize=True)
    life.database.run("UPDATE t SET c = 'y' WHERE id = 6")
    assert life.database.one("SELECT g FROM t WHERE id = 6") == "X"
    assert leftovers(life.database) == []
    other = make_database()
    other.run(setup + GENERATED + DROP)
    assert dump(life.database) == dump(other)


@pytest.mark.majors(14, 18)
def test_two_levels_need_18(make_database: Callable[..., Database]) -> None:
    for setup in (PARTED, INHERITED):
        database = make_database(setup + GENERATED)
        if database.major >= 18:
            assert planned(database, DROP).steps
            continue
        with pytest.raises(MigrationFileError, match="two levels below it"):
            planned(database, DROP)


@pytest.mark.majors("all")
def test_rollback_of_drop_leaves_triggers(make_database: Callable[..., Database], tmp_path: Path) -> None:
    """And what they compute is dropped again, as a generated column would be."""
    life = changing(make_database(), tmp_path, PLAIN + GENERATED, DROP)
    assert "a rollback leaves g a plain column" in life.hazards()
    life.expand()
    life.database.run("UPDATE t SET g = 'mien' WHERE id = 5")
    with pytest.raises(Refused, match=r"1 row of public\.t with a g of their own"):
        life.rollback()
    life.database.run("UPDATE t SET g = upper(c) WHERE id = 5")
    life.rollback()
    with life.database.connect() as connection, pytest.raises(psycopg.errors.GeneratedAlways):
        connection.execute("UPDATE t SET g = 'mien' WHERE id = 5")
    life.database.run("UPDATE t SET c = 'z' WHERE id = 5")
    assert life.database.one("SELECT g FROM t WHERE id = 5") == "Z"
    life.expand()
    life.contract(finalize=True)
    assert life.database.all("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace") == []


@pytest.mark.majors("every")
@pytest.mark.parametrize("setup", [PLAIN, PARTED], ids=["plain", "partitions"])
def test_life_of_what_triggers_compute(make_database: Callable[..., Database], setup: str, tmp_path: Path) -> None:
    made = changing(make_database(), tmp_path, setup, ADD.format("text", "upper(c)"))
    made.expand()
    made.contract(finalize=True)
    (tmp_path / "0002_change.sql").write_text(DROP, encoding="utf-8")
    before = made.schema()
    made.expand()
    made.database.run("UPDATE t SET g = 'mien' WHERE id = 5; UPDATE t SET c = 'x' WHERE id = 6")
    assert made.database.all(EITHER) == []
    made.database.run("UPDATE t SET g = upper(c) WHERE id = 5")
    made.rollback()
    assert made.schema() == before
    made.expand()
    made.contract(grace=3600.0)
    made.rollback()
    assert made.schema() == before
    made.expand()
    made.contract(finalize=True)
    other = make_database()
    other.run(setup + "ALTER TABLE t ADD COLUMN g text;")
    assert made.schema() == dump(other)


@pytest.mark.majors(18)
def test_plans(make_database: Callable[..., Database]) -> None:
    assert outline(planned(make_database(PLAIN + VIRTUAL), SET)) == [
        "set expand instant ACCESS EXCLUSIVE",
        "back rollback cutover ACCESS EXCLUSIVE",
    ]
    plan = planned(make_database(PLAIN + GENERATED), DROP)
    assert outline(plan) == [
        "drop expand instant ACCESS EXCLUSIVE",
        "alone contract cutover ACCESS EXCLUSIVE",
        "back_look rollback verify ACCESS SHARE",
        "back rollback cutover -",
        "restore_look restore verify ACCESS SHARE",
        "restore restore cutover ACCESS EXCLUSIVE",
    ]
    assert "computes it anew" in "\n".join(only(plan).hazards)
    allowed = planned(make_database(PLAIN + GENERATED), "-- pgwright: allow = rewrite\n" + SET)
    assert [step.id.split(".")[-1] for step in allowed.steps if step.rewrites] == ["set", "back"]


@pytest.mark.majors(18)
@pytest.mark.parametrize(
    ("setup", "text", "said"),
    [
        (GENERATED, SET.replace(" g ", " a "), "is not a generated column"),
        (GENERATED, SET.replace("lower(c)", "now()::text"), "is not immutable"),
        (GENERATED, SET.replace("lower(c)", "z"), '"z"'),
        (VIRTUAL + "ALTER TABLE t ADD CHECK (b > 0);", SET, "beside which PostgreSQL changes no virtual column"),
        (VIRTUAL, DROP, "is a virtual generated column"),
        (GENERATED, DROP.replace(" g ", " a "), "is not a generated column"),
    ],
)
def test_what_does_not_fit_is_named(make_database: Callable[..., Database], setup: str, text: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(make_database(PLAIN + setup), text)


def test_twins() -> None:
    assert op.DropExpression(table="t", column="g").to_sql() == DROP
    assert op.SetExpression(table="t", column="g", expression="lower(c)").to_sql() == SET
