"""CREATE TABLE: its locks, and a rollback that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.base.errors import MigrationFileError, Refused
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from tests.evolve.operations.planning import outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database

SHOP = """
CREATE TABLE commandes (id int PRIMARY KEY);
INSERT INTO commandes VALUES (1);
CREATE TABLE mesures (k int) PARTITION BY LIST (k);
CREATE TABLE reste PARTITION OF mesures DEFAULT;
"""


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "lock"),
    [
        ("CREATE TABLE avis (id int PRIMARY KEY);", "-"),
        ("CREATE TABLE avis (id int REFERENCES commandes);", "SHARE ROW EXCLUSIVE"),
        ("CREATE TABLE m1 PARTITION OF mesures (k DEFAULT 1) FOR VALUES IN (1);", "ACCESS EXCLUSIVE"),
    ],
)
def test_locks(make_database: Callable[..., Database], text: str, lock: str) -> None:
    assert outline(planned(make_database(SHOP), text))[0] == f"create expand instant {lock}"


def test_a_name_that_is_taken(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="already exists"):
        planned(make_database(SHOP), "CREATE TABLE commandes (id int);")


@pytest.mark.majors(14, 18)
def test_life(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    with session.open(database.dsn) as connection:
        journal.create(connection)
    text = 'CREATE TABLE "Avis d\'été" (id int PRIMARY KEY, c int REFERENCES commandes);\n'
    (tmp_path / "0001_avis.sql").write_text(text + "CREATE TABLE m1 PARTITION OF mesures FOR VALUES IN (1);")
    settings = Settings(dsn=database.dsn, migrations=tmp_path)
    expand(settings)
    database.run('INSERT INTO "Avis d\'été" VALUES (1, 1)')
    with pytest.raises(Refused, match="has rows"):
        rollback(settings)
    assert database.one('SELECT count(*) FROM "Avis d\'été"') == 1
    assert rollback(settings, allow=frozenset({"destructive"})).migrations[0].state == "rolled back"
    assert database.one("SELECT to_regclass('m1') IS NULL") is True
    assert expand(settings).migrations[0].state == "expanded"


PARTED = """CREATE TABLE o (a text PRIMARY KEY);
CREATE TABLE t (id bigint NOT NULL, k int NOT NULL DEFAULT 5, a text COLLATE "C" REFERENCES o,
  g int GENERATED ALWAYS AS (k + 1) STORED, CONSTRAINT c CHECK (k > 0), PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
ALTER TABLE t ALTER a SET STORAGE EXTERNAL;
CREATE INDEX ON t (a);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (100);
CREATE TABLE td PARTITION OF t DEFAULT;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
INSERT INTO o VALUES ('x');
INSERT INTO t SELECT i, 500, 'x' FROM generate_series(1, 100) i;
"""
CREATE = "CREATE TABLE n PARTITION OF t FOR VALUES FROM (100) TO (200);\n"
LIVES = (
    Change(
        name="partition",
        setup=PARTED,
        migration=CREATE,
        old=("SELECT count(*) FROM t WHERE k = 500", "UPDATE t SET a = a WHERE k = 500 AND id = %(k)s"),
        new=("SELECT count(*) FROM t WHERE k = 150",),
    ),
    Change(
        name="with_partitions_of_its_own",
        setup=PARTED + "CREATE TABLE p (k int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 600);\n",
        migration="CREATE TABLE n PARTITION OF t (FOREIGN KEY (k) REFERENCES p) FOR VALUES FROM (100) TO (200) "
        "PARTITION BY LIST (k);\n"
        "CREATE TABLE nn PARTITION OF n FOR VALUES IN (150) PARTITION BY LIST (k);\n"
        "CREATE TABLE nnn PARTITION OF nn DEFAULT;",
    ),
    Change(
        name="with_constraints_and_options",
        setup=PARTED,
        migration="CREATE UNLOGGED TABLE n PARTITION OF t (CONSTRAINT d CHECK (id > 5), UNIQUE (a)) "
        "FOR VALUES FROM (100) TO (200) WITH (fillfactor = 70);",
    ),
    Change(name="default", setup=PARTED.replace("DEFAULT;", "FOR VALUES FROM (500) TO (600);"),
           migration="CREATE TABLE n PARTITION OF t DEFAULT;"),
)  # fmt: skip


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", LIVES, ids=lambda case: case.name)
def test_life_of_a_partition(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.timeout(60)
def test_a_plan_of_partitions_of_one_another_ends(make_database: Callable[..., Database]) -> None:
    """PostgreSQL has the last word, when they run."""
    bound = "FOR VALUES IN (1) PARTITION BY LIST (k)"
    text = f"CREATE TABLE y PARTITION OF z {bound}; CREATE TABLE z PARTITION OF y {bound};"
    text += f"CREATE TABLE w PARTITION OF y {bound}; CREATE TABLE w2 PARTITION OF elsewhere.w2 {bound};"
    assert len(planned(make_database(), text).steps) == 8


@pytest.mark.majors(17, 18)
def test_a_partition_of_a_table_with_an_identity(make_database: Callable[..., Database], tmp_path: Path) -> None:
    setup = PARTED.replace("id bigint NOT NULL", "id bigint GENERATED BY DEFAULT AS IDENTITY")
    lives(Change(name="identity", setup=setup, migration=CREATE), make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_plan_of_a_partition(make_database: Callable[..., Database]) -> None:
    plan = planned(make_database(PARTED), CREATE)
    assert [line for line in outline(plan) if "rollback" not in line] == [
        "default_look look verify ACCESS SHARE",
        "create expand instant -",
        "default_add expand instant ACCESS EXCLUSIVE",
        "default_valid expand online SHARE UPDATE EXCLUSIVE",
        "attach expand instant ACCESS EXCLUSIVE",
    ]
    locks = {lock.relation.name: lock.mode.sql for step in plan.steps for lock in step.locks if step.phase == "expand"}
    assert locks["t"] == "SHARE UPDATE EXCLUSIVE"


@pytest.mark.majors(14, 18)
def test_a_bound_that_overlaps_is_refused(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="would overlap partition"):
        planned(make_database(PARTED), CREATE.replace("100", "50"))
