"""DROP INDEX: plans, refusals, and a way back that brings everything back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.api.contract import contract
from pgwright.base.errors import MigrationFileError, PgwrightError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

SHOP = """
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b text);
INSERT INTO t SELECT g, g, 'b' || g FROM generate_series(1, 50) g;
CREATE INDEX "i é" ON t (lower(b) DESC, a) WITH (fillfactor = 70);
COMMENT ON INDEX "i é" IS 'l''index';
ALTER INDEX "i é" ALTER COLUMN 1 SET STATISTICS 77;
ALTER TABLE t CLUSTER ON "i é";
CREATE UNIQUE INDEX u ON t (a);
ALTER TABLE t REPLICA IDENTITY USING INDEX u;
CREATE TABLE p (k int, a int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (a);
CREATE TABLE p2a PARTITION OF p2 DEFAULT;
INSERT INTO p SELECT g, g % 3 FROM generate_series(0, 19) g;
CREATE INDEX autre ON p1 (a DESC) WITH (fillfactor = 50);
CREATE INDEX i_p ON p (a DESC);
COMMENT ON INDEX p2a_a_idx IS 'feuille';
"""


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SHOP)


def test_plan(shop: Database) -> None:
    plan = planned(shop, 'DROP INDEX "i é", u;')
    assert outline(plan) == [
        "drop_1 contract concurrent SHARE UPDATE EXCLUSIVE",
        "drop_2 contract concurrent SHARE UPDATE EXCLUSIVE",
        "rebuild_1 restore concurrent SHARE UPDATE EXCLUSIVE",
        "settings_1 restore instant SHARE UPDATE EXCLUSIVE",
        "rebuild_2 restore concurrent SHARE UPDATE EXCLUSIVE",
        "settings_2 restore instant ACCESS EXCLUSIVE",
    ]
    assert plan.steps[0].statements == ('DROP INDEX CONCURRENTLY public."i é"',)
    assert any("ON CONFLICT" in hazard for hazard in only(plan).hazards)


@pytest.mark.majors("every")
@pytest.mark.parametrize("name", ['"i é"', "u", "i_p", '"i é", i_p, u'])
def test_life(make_database: Callable[..., Database], tmp_path: Path, name: str) -> None:
    native = make_database(SHOP)
    native.run(f"DROP INDEX {name}")
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(f"DROP INDEX {name};")
    assert project.expand() == "expanded"
    assert dump(database) == before
    assert project.rollback() == "rolled back"
    assert dump(database) == before
    assert project.expand() == "expanded"
    contract(project.settings, grace=3600.0)
    assert project.state() == "retiring"
    assert dump(database) == dump(native)
    assert project.rollback() == "rolled back"
    assert dump(database) == before
    assert database.all("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []
    assert project.expand() == "expanded"
    assert project.contract() == "done"
    assert dump(database) == dump(native)
    assert leftovers(database) == []


@pytest.mark.parametrize(
    ("statement", "error", "said"),
    [
        ("DROP INDEX nul", MigrationFileError, 'index "nul" does not exist'),
        ("DROP INDEX t", MigrationFileError, '"t" is not an index'),
        ("DROP INDEX t_pkey", MigrationFileError, "because constraint t_pkey on table public.t requires it"),
        ("DROP INDEX p2a_a_idx", MigrationFileError, "because index p2_a_idx requires it"),
        ('DROP INDEX CONCURRENTLY u, "i é"', MigrationFileError, "does not support dropping multiple objects"),
        ("DROP INDEX CONCURRENTLY u CASCADE", MigrationFileError, "does not support CASCADE"),
        ("DROP INDEX CONCURRENTLY i_p", MigrationFileError, "cannot drop partitioned index"),
    ],
)
def test_refusals(shop: Database, tmp_path: Path, statement: str, error: type[PgwrightError], said: str) -> None:
    Project.of(shop, tmp_path)
    with pytest.raises(error, match=said.replace("(", r"\(")):
        planned(shop, statement + ";")


def test_dependents_are_named(shop: Database) -> None:
    shop.run("CREATE TABLE r (x int REFERENCES t (a))")
    for words in ("u", "u CASCADE"):
        with pytest.raises(Refused, match="r_x_fkey on table"):
            planned(shop, f"DROP INDEX {words};")
    shop.run("ALTER TABLE r DROP CONSTRAINT r_x_fkey")
    planned(shop, "DROP INDEX u CASCADE;")


def test_the_replica_identity_of_a_published_table_is_refused(shop: Database) -> None:
    shop.run("CREATE PUBLICATION pub FOR TABLE t WITH (publish = 'insert')")
    assert any("replica identity" in hazard for hazard in only(planned(shop, "DROP INDEX u;")).hazards)
    shop.run("ALTER PUBLICATION pub SET (publish = 'insert, delete')")
    with pytest.raises(Refused, match="which pub publishes"):
        planned(shop, "DROP INDEX u;")


def test_if_exists_is_answered_from_the_catalog(shop: Database) -> None:
    operation = only(planned(shop, "DROP INDEX IF EXISTS nul;"))
    assert (operation.strategy, operation.why) == ("nothing to do", "there is no such index")
    plan = planned(shop, "DROP INDEX IF EXISTS nul, u;")
    assert [step.id for step in plan.steps if step.phase == "contract"] == ["0001.1.drop"]
    assert 'there is no index "nul"' in only(plan).hazards[0]


def test_twin() -> None:
    assert (
        op.DropIndex(names=("a", "b c"), schema="s", if_exists=True).to_sql() == 'DROP INDEX IF EXISTS s.a, s."b c";\n'
    )
